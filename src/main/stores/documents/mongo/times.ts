import { collections } from '../collections.ts';
import type { CollectionName } from '../ports.ts';
import { type BsonSchema, bsonSchema } from './json-schema.ts';

/** Which fields of a document are dates in MongoDB: this one, or some in it (through arrays). */
export type TimeFields = 'time' | { readonly [field: string]: TimeFields };

const known = new Map<CollectionName, TimeFields>();

/** The dates of a collection's documents, as its schema has them. Every other string that looks like a time stays a string. */
export function timeFields(collection: CollectionName): TimeFields {
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

/** What is a date at this path or below it; undefined where nothing is. */
export function timesAt(collection: CollectionName, segments: readonly string[]): TimeFields | undefined {
  let at: TimeFields | undefined = timeFields(collection);
  for (const segment of segments) {
    at = typeof at === 'object' && Object.hasOwn(at, segment) ? at[segment] : undefined;
  }
  return at;
}

/** Every collection's name. */
export function collectionNames(): readonly CollectionName[] {
  return Object.keys(collections) as CollectionName[];
}

const firstTime = Date.parse('0001-01-01T00:00:00.000Z');
const lastTime = Date.parse('9999-12-31T23:59:59.999Z');
/** Behind every time that a document can hold. */
const never = new Date(8.64e15);

/** The date of a time as documents have it; null for any other string. */
export function asDate(text: string): Date | null {
  const time = Date.parse(text);
  if (!(time >= firstTime && time <= lastTime)) return null;
  const date = new Date(time);
  return date.toISOString() === text ? date : null;
}

/**
 * The first time whose text is not below this one: a date is compared with any string (`2026-11`, say) as its ISO text would be.
 * Texts of times rise with the time, so it is found by halving.
 */
export function firstTimeFrom(text: string): Date {
  const exact = asDate(text);
  if (exact) return exact;
  // Times are ASCII: units compare as code points do.
  const isBelow = (time: number) => new Date(time).toISOString() < text;
  if (isBelow(lastTime)) return never;
  let [low, high] = [firstTime, lastTime];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return new Date(low);
}
