import { isDeepStrictEqual } from 'node:util';
import type { Db } from 'mongodb';
import { MongoServerError } from 'mongodb';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { ServerEndpoint } from '../../../platform/endpoints.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { type CollectionName, collectionNames } from '../ports.ts';
import { openClient } from './client.ts';
import { asMongoError } from './errors.ts';
import { conflictsWith, isSame, type WantedIndex, wantedIndexes } from './indexes.ts';
import { bsonSchema } from './json-schema.ts';
import { fromStoredValue } from './stored-document.ts';

/** What was done: `made` names collections (`chat_sessions`) and indexes (`chat_sessions.status`), `fixed` indexes and validators. */
export interface EnsuredCollections {
  readonly made: string[];
  readonly fixed: string[];
  /** How many collections and indexes were as declared. */
  readonly unchanged: number;
}

/** A collection as the server lists it. */
export interface CollectionListing {
  readonly name: string;
  readonly options?: {
    readonly validator?: unknown;
    readonly validationLevel?: unknown;
    readonly validationAction?: unknown;
  };
}

/** MongoDB's codes for what another call of this function may just have done. */
const goneAlready = new Set([26, 27]);
const thereAlready = new Set([48, 68, 85, 86]);

/**
 * Makes the declared collections, validators and indexes, and fixes what differs from them. Indexes that somebody added stay, unless
 * one stands where a declared one must. Safe to repeat and when several do it at once; takes two round trips where nothing
 * is to be done.
 * @throws TrainyardError DOCUMENT_STORE_INCOMPLETE if documents that are there forbid a unique index; MONGO_… as `openMongoDocuments`
 */
export async function ensureMongoCollections(endpoint: ServerEndpoint): Promise<EnsuredCollections> {
  // A client of its own: building an index takes as long as it takes.
  const opened = await openClient(endpoint, { socketTimeoutMS: 0 });
  try {
    const database = opened.client.db(opened.database);
    const listings = await listCollections(database);
    const results = await Promise.all(
      collectionNames.map((name) => ensureCollection(database, name, listings.get(name))),
    );
    const fixed = await fixValidators(database, listings);
    return {
      made: results.flatMap(({ made }) => made),
      fixed: [...results.flatMap((result) => result.fixed), ...fixed],
      unchanged: results.reduce((sum, result) => sum + result.unchanged, 0),
    };
  } catch (error) {
    throw asMongoError(error, opened.place);
  } finally {
    await opened.client.close();
  }
}

/** Our collections that are there, by name. */
export async function listCollections(database: Db): Promise<Map<string, CollectionListing>> {
  const listed = await database.listCollections({ name: { $in: [...collectionNames] } }).toArray();
  return new Map(listed.map((each) => [each.name, each]));
}

async function ensureCollection(
  database: Db,
  name: CollectionName,
  listing: CollectionListing | undefined,
): Promise<EnsuredCollections> {
  const done: { made: string[]; fixed: string[]; unchanged: number } = {
    made: [],
    fixed: [],
    unchanged: 0,
  };
  if (listing) done.unchanged += 1;
  else {
    failpoint('mongo.ensure.collection.before');
    await harmless(thereAlready, () => database.createCollection(name, validation(name)));
    failpoint('mongo.ensure.collection.after');
    done.made.push(name);
  }
  const present = listing ? await database.collection(name).listIndexes().toArray() : [];
  for (const index of wantedIndexes(name)) {
    if (present.some((each) => isSame(each, index))) {
      done.unchanged += 1;
      continue;
    }
    const inTheWay = present.filter(
      (each) => each.name === index.description.name || conflictsWith(each, index),
    );
    await refuseDuplicates(database, name, index);
    for (const each of inTheWay) {
      await harmless(goneAlready, () => database.collection(name).dropIndex(each.name));
    }
    failpoint('mongo.ensure.index.before');
    await makeIndex(database, name, index);
    failpoint('mongo.ensure.index.after');
    (inTheWay.length > 0 ? done.fixed : done.made).push(`${name}.${index.description.name}`);
  }
  return done;
}

async function makeIndex(database: Db, name: CollectionName, index: WantedIndex): Promise<void> {
  const collection = database.collection(name);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await collection.createIndexes([index.description]);
      return;
    } catch (error) {
      // Another call may have made it at the same time, whatever the server says of that.
      const present = await collection.listIndexes().toArray();
      if (present.some((each) => isSame(each, index))) return;
      // Servers say it in several ways: the documents decide.
      await refuseDuplicates(database, name, index);
      if (attempt === 5 || !(error instanceof MongoServerError)) throw error;
    }
  }
}

/** @throws TrainyardError DOCUMENT_STORE_INCOMPLETE if several documents hold the same value of a unique field */
async function refuseDuplicates(
  database: Db,
  name: CollectionName,
  { declared }: WantedIndex,
): Promise<void> {
  const [key] = declared.keys;
  if (declared.kind !== 'unique' || !key) return;
  const found = await database
    .collection(name)
    .aggregate<{ readonly _id: unknown; readonly ids: unknown[] }>(
      [
        { $group: { _id: `$${key.field}`, ids: { $push: '$_id' }, count: { $sum: 1 } } },
        { $match: { count: { $gt: 1 } } },
        { $sort: { _id: 1 } },
        { $limit: 5 },
      ],
      { allowDiskUse: true },
    )
    .toArray();
  if (found.length === 0) return;
  const named = (word: string) =>
    found
      .map(({ _id, ids }) => {
        const first = ids.slice(0, 5).map((id) => String(fromStoredValue(id)));
        return `${String(fromStoredValue(_id))} (${word} ${first.join(', ')}${ids.length > 5 ? ', …' : ''})`;
      })
      .join('; ');
  const parameters = {
    what: {
      en: `${name} cannot have its unique index on ${key.field}: several documents hold ${named('documents')}`,
      ko: `${name}의 ${key.field}에 고유 인덱스를 만들 수 없습니다. 여러 문서에 있는 값: ${named('문서')}`,
    },
    hint: {
      en: 'Remove or change all but one of them, then try again.',
      ko: '하나만 남기고 지우거나 바꾼 뒤 다시 시도하세요.',
    },
  };
  throw fault('DOCUMENT_STORE_INCOMPLETE', parameters, { status: 409, place: { field: key.field } });
}

/** How a collection's documents are checked, as the server takes it. */
export function validation(name: CollectionName) {
  return {
    validator: { $jsonSchema: bsonSchema(name) },
    validationLevel: 'strict' as const,
    validationAction: 'error' as const,
  };
}

/**
 * Gives the declared validators to collections that have others, and to new ones: FerretDB forgets the one that a collection was made
 * with. Returns what was fixed; a server that keeps no validator at all has none to fix.
 */
async function fixValidators(
  database: Db,
  before: ReadonlyMap<string, CollectionListing>,
): Promise<string[]> {
  const drifted = collectionNames.filter((name) => !hasValidator(before.get(name), name));
  if (drifted.length === 0) return [];
  failpoint('mongo.ensure.validators.before');
  await Promise.all(drifted.map((name) => database.command({ collMod: name, ...validation(name) })));
  failpoint('mongo.ensure.validators.after');
  const after = await listCollections(database);
  return drifted
    .filter((name) => before.has(name) && hasValidator(after.get(name), name))
    .map((name) => `${name}.validator`);
}

/** Whether a collection has the declared validator. */
export function hasValidator(listing: CollectionListing | undefined, name: CollectionName): boolean {
  const { validator, validationLevel, validationAction } = listing?.options ?? {};
  // MongoDB lists its defaults or leaves them out.
  return (
    isDeepStrictEqual(plain(validator), plain(validation(name).validator)) &&
    (validationLevel ?? 'strict') === 'strict' &&
    (validationAction ?? 'error') === 'error'
  );
}

const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

async function harmless(codes: ReadonlySet<number>, operation: () => Promise<unknown>): Promise<void> {
  try {
    await operation();
  } catch (error) {
    if (!(error instanceof MongoServerError) || !codes.has(Number(error.code))) throw error;
  }
}
