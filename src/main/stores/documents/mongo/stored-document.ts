import { BSON } from 'mongodb';
import type { CollectionName, StoredDocument } from '../ports.ts';
import { documentText, largestBytes, tooLarge } from '../validation.ts';
import { type BsonSchema, bsonSchema } from './json-schema.ts';
import { fromStoredText, toStoredName, toStoredText, toTopName } from './names.ts';

/** A document as MongoDB keeps it: the same fields, `_id` for `id`, dates for times. */
export interface BsonDocument {
  _id: string;
  [field: string]: unknown;
}

/** BSON takes at most some eight times as much room as JSON (`[0,0,…]`): below this nothing needs to be measured. */
const surelySmall = 1024 * 1024;

/** Which fields of a document are dates in MongoDB: this one, or some in it (through arrays). */
type TimeFields = 'time' | { readonly [field: string]: TimeFields };

const known = new Map<CollectionName, TimeFields>();

/** The dates of a collection's documents, as its schema has them. Every other string that looks like a time stays a string. */
function timeFields(collection: CollectionName): TimeFields {
  const found = known.get(collection) ?? timesIn(bsonSchema(collection)) ?? {};
  known.set(collection, found);
  return found;
}

function timesIn(schema: BsonSchema): TimeFields | undefined {
  if ([schema.bsonType].flat().includes('date')) return 'time';
  const { items } = schema;
  if (items && 'bsonType' in items) return timesIn(items);
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const times = timesIn(inner);
    return times ? [[name, times] as const] : [];
  });
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

/** A time as documents have it. */
function isTimeText(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

/** The checked document as MongoDB keeps it. @throws TrainyardError DOCUMENT_INVALID, DOCUMENT_TOO_LARGE */
export function toStored(collection: CollectionName, document: StoredDocument): BsonDocument {
  const text = documentText(collection, document);
  const stored = toBson(collection, document);
  if (text.length > surelySmall && BSON.calculateObjectSize(stored) > largestBytes) {
    throw tooLarge(collection, document.id);
  }
  return stored;
}

/** A document of a store as MongoDB keeps it: it was checked when it was stored. */
export function toBson(collection: CollectionName, document: StoredDocument): BsonDocument {
  return { ...fieldsOf(document, timeFields(collection), toTopName), _id: toStoredText(document.id) };
}

/** A value of a document's field; `times` says what in it is a date. */
function toStoredValue(value: unknown, times: TimeFields | undefined): unknown {
  if (typeof value === 'string')
    return times === 'time' && isTimeText(value) ? new Date(value) : toStoredText(value);
  // JSON has no -0.
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map((item) => toStoredValue(item, times));
  if (typeof value === 'object' && value !== null) return fieldsOf(value, times, toStoredName);
  return value;
}

function fieldsOf(
  object: object,
  times: TimeFields | undefined,
  toName: (name: string) => string,
): Record<string, unknown> {
  const fields = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    fields.map(([name, value]) => {
      const inner = typeof times === 'object' && Object.hasOwn(times, name) ? times[name] : undefined;
      return [toName(name), toStoredValue(value, inner)];
    }),
  );
}

/** The document behind a stored one. */
export function fromStored({ _id, ...fields }: BsonDocument): StoredDocument {
  return { ...(fromStoredValue(fields) as Record<string, unknown>), id: String(fromStoredValue(_id)) };
}

/** What others wrote with BSON's own types comes as its Extended JSON says it. */
export function fromStoredValue(value: unknown): unknown {
  if (typeof value === 'string') return fromStoredText(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(fromStoredValue);
  if (typeof value !== 'object' || value === null) return value;
  if ('_bsontype' in value) return BSON.EJSON.serialize({ value }, { relaxed: true }).value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [fromStoredText(name), fromStoredValue(inner)]),
  );
}
