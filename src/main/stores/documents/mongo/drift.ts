import type { Db, IndexDescriptionInfo } from 'mongodb';
import type { ServerEndpoint } from '../../../platform/endpoints.ts';
import { type CollectionName, collectionNames } from '../ports.ts';
import { openClient } from './client.ts';
import { type CollectionListing, hasValidator, listCollections, validation } from './ensure.ts';
import { asMongoError } from './errors.ts';
import { conflictsWith, isSame, type WantedIndex, wantedIndexes } from './indexes.ts';

/** What of MongoDB's collections is not as declared, with the commands (mongosh) that put it right. */
export interface DocumentsDrift {
  readonly kind: 'collection' | 'validator' | 'collection index';
  /** `chat_sessions`, `chat_sessions.status`. */
  readonly name: string;
  readonly change: 'missing' | 'changed' | 'added';
  /** As JSON; null where there is none. */
  readonly expected: string | null;
  readonly found: string | null;
  /** In an order in which they can be run. */
  readonly commands: readonly string[];
  /** No index or validator holds data. */
  readonly losesData: false;
}

type Difference = Omit<DocumentsDrift, 'losesData'>;

/**
 * Compares collections, validators and indexes with what is declared; changes nothing. Collections that are not ours are left out.
 * @throws TrainyardError MONGO_… as `openMongoDocuments`
 */
export async function checkMongo(endpoint: ServerEndpoint): Promise<readonly DocumentsDrift[]> {
  const opened = await openClient(endpoint);
  try {
    const database = opened.client.db(opened.database);
    const listings = await listCollections(database);
    const keepsValidators = await canKeepValidators(database, listings);
    const found = await Promise.all(
      collectionNames.map(async (name) => {
        const listing = listings.get(name);
        if (!listing) return missingCollection(name);
        const validators =
          keepsValidators && !hasValidator(listing, name) ? [validatorOf(name, listing)] : [];
        const present = await database.collection(name).listIndexes().toArray();
        return [...validators, ...indexDifferences(name, present)];
      }),
    );
    return found.flat().map((one) => ({ ...one, losesData: false }));
  } catch (error) {
    throw asMongoError(error, opened.place);
  } finally {
    await opened.client.close();
  }
}

/** FerretDB may keep none at all: then none can be missing. */
async function canKeepValidators(
  database: Db,
  listings: ReadonlyMap<string, CollectionListing>,
): Promise<boolean> {
  if ([...listings.values()].some(({ options }) => options?.validator !== undefined)) return true;
  return !('ferretdb' in (await database.command({ buildInfo: 1 })));
}

const json = (value: unknown) => JSON.stringify(value);

const setValidator = (name: CollectionName) =>
  `db.runCommand(${json({ collMod: name, ...validation(name) })})`;

function missingCollection(name: CollectionName): Difference[] {
  // FerretDB forgets a validator that a collection is made with.
  const create = [`db.createCollection(${json(name)})`, setValidator(name)];
  return [
    {
      ...{ kind: 'collection', name, change: 'missing', expected: null, found: null },
      commands: [...create, ...wantedIndexes(name).map((index) => createIndex(name, index))],
    },
  ];
}

function validatorOf(name: CollectionName, { options }: CollectionListing): Difference {
  const { validator, validationLevel, validationAction } = options ?? {};
  const found = { validator, validationLevel, validationAction };
  return {
    ...{ kind: 'validator', name, change: validator === undefined ? 'missing' : 'changed' },
    ...{ expected: json(validation(name)), found: validator === undefined ? null : json(found) },
    commands: [setValidator(name)],
  };
}

const createIndex = (name: string, { description: { key, ...options } }: WantedIndex) =>
  `db.getCollection(${json(name)}).createIndex(${json(key)}, ${json(options)})`;
const dropIndex = (name: string, index: string) =>
  `db.getCollection(${json(name)}).dropIndex(${json(index)})`;

function indexDifferences(name: CollectionName, present: readonly IndexDescriptionInfo[]): Difference[] {
  const wanted = wantedIndexes(name);
  const absent = wanted.filter((index) => !present.some((each) => isSame(each, index)));
  const inTheWay = (index: WantedIndex) =>
    present.filter((each) => each.name === index.description.name || conflictsWith(each, index));
  const taken = new Set(absent.flatMap(inTheWay));
  const strangers = present.filter(
    (each) => each.name !== '_id_' && !taken.has(each) && !wanted.some((index) => isSame(each, index)),
  );
  const spelled = ({ v: _version, ns: _namespace, ...rest }: IndexDescriptionInfo) => json(rest);
  return [
    ...absent.map((index): Difference => {
      const others = inTheWay(index);
      return {
        ...{ kind: 'collection index', name: `${name}.${index.description.name}` },
        change: others.length > 0 ? 'changed' : 'missing',
        expected: json(index.description),
        found: others.length > 0 ? others.map(spelled).join(', ') : null,
        commands: [...others.map((each) => dropIndex(name, each.name ?? '')), createIndex(name, index)],
      };
    }),
    ...strangers.map(
      (each): Difference => ({
        ...{ kind: 'collection index', name: `${name}.${each.name}`, change: 'added', expected: null },
        ...{ found: spelled(each), commands: [dropIndex(name, each.name ?? '')] },
      }),
    ),
  ];
}
