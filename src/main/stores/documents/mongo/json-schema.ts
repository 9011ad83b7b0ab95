import { z } from 'zod';
import { isRecord } from '../../../../shared/model/is-record.ts';
import { collections } from '../collections.ts';
import type { CollectionName } from '../ports.ts';

/** A schema in the part of JSON Schema (draft 4, with BSON's types) that MongoDB's `$jsonSchema` knows. */
export interface BsonSchema {
  readonly bsonType?: string | readonly string[];
  readonly properties?: Readonly<Record<string, BsonSchema>>;
  readonly items?: BsonSchema | readonly BsonSchema[];
  readonly [keyword: string]: unknown;
}

/** Without a translation: MongoDB knows them as draft 4 does. */
const kept = ['enum', 'minItems', 'maxItems', 'minLength', 'maxLength', 'minimum', 'maximum', 'required'];

/**
 * What a collection's schema says, for `$jsonSchema`. Times are dates there. It may be wider than the schema (the store checks every
 * document itself before it writes) but never narrower: patterns are left out because MongoDB's expressions are others, and
 * `additionalProperties` because FerretDB does not know it.
 * @see https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/
 */
export function bsonSchema(collection: CollectionName): BsonSchema {
  const written = z.toJSONSchema(collections[collection].schema, {
    target: 'draft-4',
    override: ({ zodSchema, jsonSchema }) => {
      // The only formatted strings that are times are ISO 8601's.
      if ('format' in zodSchema._zod.def && zodSchema._zod.def.format === 'datetime')
        jsonSchema.format = 'time';
    },
  });
  const { properties = {}, required, ...rest } = translated(written);
  const { id, ...fields } = properties;
  const names = Array.isArray(required) ? required.map((name) => (name === 'id' ? '_id' : name)) : [];
  return { ...rest, properties: { _id: id ?? {}, ...fields }, required: names };
}

function translated(schema: unknown): BsonSchema {
  if (!isRecord(schema)) return {};
  if (schema.format === 'time') return { bsonType: 'date' };
  if (Array.isArray(schema.anyOf)) return anyOf(schema.anyOf.map(translated));
  const entries: [string, unknown][] = kept
    .filter((keyword) => keyword in schema)
    .map((keyword) => [keyword, schema[keyword]]);
  if (typeof schema.exclusiveMinimum === 'boolean')
    entries.push(['exclusiveMinimum', schema.exclusiveMinimum]);
  return {
    ...Object.fromEntries(entries),
    ...types(schema.type),
    ...(isRecord(schema.properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(schema.properties).map(([name, of]) => [name, translated(of)]),
          ),
        }
      : {}),
    ...items(schema),
  };
}

/**
 * One schema of several types: a keyword speaks of one type only (`minimum` of numbers, `items` of arrays), so the alternatives stand
 * beside each other. Not as `anyOf`, which FerretDB refuses.
 */
function anyOf(alternatives: readonly BsonSchema[]): BsonSchema {
  const types = alternatives.flatMap(({ bsonType }) => bsonType ?? []);
  const isPlain = alternatives.every(({ bsonType }) => bsonType) && new Set(types).size === types.length;
  if (!isPlain) return {};
  // An enumeration speaks of every type.
  const values = alternatives.flatMap(({ bsonType, enum: named }) =>
    Array.isArray(named) ? named : bsonType === 'null' ? [null] : [],
  );
  const isEnumeration = alternatives.every(({ bsonType, enum: named }) => named || bsonType === 'null');
  const { enum: _named, ...merged }: BsonSchema = Object.assign({}, ...alternatives);
  return { ...merged, bsonType: types, ...(isEnumeration ? { enum: values } : {}) };
}

/** BSON's names. `number` stands for its four (FerretDB does not know MongoDB's alias for them); whole numbers have none. */
const bsonTypes: Readonly<Record<string, readonly string[]>> = {
  boolean: ['bool'],
  integer: ['int', 'long', 'double', 'decimal'],
  number: ['int', 'long', 'double', 'decimal'],
};

function types(type: unknown): BsonSchema {
  if (type === undefined) return {};
  const names = [type].flat().map(String);
  const bson = names.flatMap((name) => bsonTypes[name] ?? [name]);
  return {
    bsonType: bson.length === 1 ? String(bson[0]) : bson,
    ...(names.includes('integer') ? { multipleOf: 1 } : {}),
  };
}

function items(schema: Readonly<Record<string, unknown>>): BsonSchema {
  if (Array.isArray(schema.items)) {
    return {
      items: schema.items.map(translated),
      ...(schema.additionalItems === false ? { additionalItems: false } : {}),
    };
  }
  return isRecord(schema.items) ? { items: translated(schema.items) } : {};
}
