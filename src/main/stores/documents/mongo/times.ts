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
