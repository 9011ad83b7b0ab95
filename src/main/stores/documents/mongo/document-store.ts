import type { Collection, MongoClient } from 'mongodb';
import type { ServerEndpoint } from '../../../platform/endpoints.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { lifetimeField } from '../collections.ts';
import { fieldSegments } from '../field-path.ts';
import { wholeNumber } from '../filter-values.ts';
import type { CollectionName, DocumentFilter, DocumentStore, FindOptions, StoredDocument } from '../ports.ts';
import { withFields } from '../set-fields.ts';
import { connect, createClient, type OpenedClient } from './client.ts';
import { ensureMongoCollections } from './ensure.ts';
import { asMongoError, isOutage } from './errors.ts';
import { type Condition, filterCondition, isLive } from './filter.ts';
import { toStoredPath, toStoredText } from './names.ts';
import { sortKeys } from './order.ts';
import { planPutFrom } from './put-from.ts';
import { isPathInTheWay, refusal, takenField } from './refused-writes.ts';
import { ServerClock } from './server-clock.ts';
import { type BsonDocument, fromStored, toStored, toStoredValue } from './stored-document.ts';
import { timesAt } from './times.ts';

/** How often a write begins anew when others change the same document under it. */
const mostAttempts = 20;

/**
 * The document store on MongoDB (8, or FerretDB 2.7 and what else speaks its protocol): without transactions, change streams and
 * `$$NOW`, so that a server without a replica set serves too. Survives restarts of the server.
 * @throws TrainyardError MONGO_URL_INVALID, MONGO_UNREACHABLE, MONGO_REFUSED_CREDENTIALS, MONGO_UNTRUSTED
 */
export async function openMongoDocuments(endpoint: ServerEndpoint): Promise<DocumentStore & AsyncDisposable> {
  const opened = createClient(endpoint);
  const clock = new ServerClock(opened.client);
  await connect(opened);
  return new MongoDocumentStore(endpoint, opened, clock);
}

class MongoDocumentStore implements DocumentStore, AsyncDisposable {
  private readonly endpoint: ServerEndpoint;
  private readonly client: MongoClient;
  private readonly database: string;
  private readonly place: string;
  private readonly clock: ServerClock;

  constructor(endpoint: ServerEndpoint, { client, database, place }: OpenedClient, clock: ServerClock) {
    this.endpoint = endpoint;
    this.client = client;
    this.database = database;
    this.place = place;
    this.clock = clock;
  }

  async ensureCollections(): Promise<void> {
    await ensureMongoCollections(this.endpoint);
  }

  async insert(collection: CollectionName, document: StoredDocument): Promise<void> {
    const stored = toStored(collection, document);
    failpoint('mongo.insert.before');
    // Not tried again after an outage: the first try may have added the document, and the second would call it taken.
    await this.write(collection, document, () => this.add(collection, stored), { again: false });
    failpoint('mongo.insert.after');
  }

  /** Adds a document; one that has expired is as if it were not there. */
  private async add(collection: CollectionName, stored: BsonDocument): Promise<void> {
    const documents = this.documents(collection);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await documents.insertOne(stored);
        return;
      } catch (error) {
        if (takenField(error) !== '_id' || !lifetimeField(collection) || attempt === mostAttempts)
          throw error;
        const { _id, ...fields } = stored;
        const { matchedCount } = await documents.replaceOne(this.expired(collection, _id), fields);
        if (matchedCount === 1) return;
        const holder = await documents.findOne(this.live(collection, _id), { projection: { _id: 1 } });
        // Nobody holds the id any more where the server removed the expired document meanwhile.
        if (holder) throw error;
      }
    }
  }

  async put(collection: CollectionName, document: StoredDocument): Promise<void> {
    const { _id, ...fields } = toStored(collection, document);
    failpoint('mongo.put.before');
    await this.write(collection, document, async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.documents(collection).replaceOne({ _id: { $eq: _id } }, fields, { upsert: true });
          return;
        } catch (error) {
          // Two that add the same document at once: the second one finds it when it looks again.
          if (takenField(error) !== '_id' || attempt === mostAttempts) throw error;
        }
      }
    });
    failpoint('mongo.put.after');
  }

  async get(collection: CollectionName, id: string): Promise<StoredDocument | null> {
    const found = await this.read(() =>
      this.documents(collection).findOne(this.live(collection, toStoredText(id))),
    );
    return found && fromStored(found);
  }

  async getMany(collection: CollectionName, ids: readonly string[]): Promise<StoredDocument[]> {
    if (ids.length === 0) return [];
    const wanted = {
      $and: [{ _id: { $in: ids.map(toStoredText) } }, ...isLive(collection, this.clock.now())],
    };
    const found = await this.read(() => this.documents(collection).find(wanted).toArray());
    const byId = new Map(found.map(fromStored).map((document) => [document.id, document]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async find(
    collection: CollectionName,
    filter: DocumentFilter,
    options: FindOptions = {},
  ): Promise<StoredDocument[]> {
    const condition = filterCondition(collection, filter, this.clock.now());
    const sort = sortKeys(options);
    const skip = wholeNumber('offset', options.offset ?? 0);
    const limit = options.limit === undefined ? undefined : wholeNumber('limit', options.limit);
    // To MongoDB a limit of 0 is none.
    if (limit === 0) return [];
    const found = await this.read(() =>
      this.documents(collection)
        .find(condition, { sort, skip, ...(limit === undefined ? {} : { limit }) })
        .toArray(),
    );
    return found.map(fromStored);
  }

  async count(collection: CollectionName, filter: DocumentFilter): Promise<number> {
    const condition = filterCondition(collection, filter, this.clock.now());
    return this.read(() => this.documents(collection).countDocuments(condition));
  }

  /**
   * The document is read, changed and checked here; then the named fields alone are set in one step. Others may change other fields
   * meanwhile: schemas say nothing about one field by another, so what fits each by itself fits together.
   */
  async update(
    collection: CollectionName,
    id: string,
    set: Readonly<Record<string, unknown>>,
  ): Promise<boolean> {
    const _id = toStoredText(id);
    const documents = this.documents(collection);
    for (let attempt = 1; ; attempt += 1) {
      const found = await this.read(() => documents.findOne(this.live(collection, _id)));
      if (!found) return false;
      const changed = withFields(collection, fromStored(found), set);
      toStored(collection, changed);
      const change = fieldChanges(collection, set);
      if (Object.keys(change).length === 0) return true;
      try {
        return await this.write(collection, changed, async () => {
          const { matchedCount } = await documents.updateOne(this.live(collection, _id), change);
          return matchedCount === 1;
        });
      } catch (error) {
        if (!isPathInTheWay(error) || attempt === mostAttempts) throw error;
      }
    }
  }

  async putFrom(
    collection: CollectionName,
    base: StoredDocument,
    field: string,
    position: number,
    items: readonly unknown[],
  ): Promise<void> {
    const plan = planPutFrom(collection, base, field, position, items, this.clock.now());
    const documents = this.documents(collection);
    failpoint('mongo.put-from.before');
    await this.write(collection, base, async () => {
      for (let attempt = 1; ; attempt += 1) {
        const upsert = plan.addsAtOnce;
        try {
          const { matchedCount, upsertedCount } = await documents.updateOne(plan.reaches, plan.change, {
            upsert,
          });
          if (matchedCount + upsertedCount > 0) return;
        } catch (error) {
          // What is there is no array.
          if (isPathInTheWay(error)) throw plan.gap;
          // An expired document has the id, or another writer was first.
          if (takenField(error) !== '_id') throw error;
        }
        if (!plan.whole) throw plan.gap;
        try {
          await this.add(collection, plan.whole);
          return;
        } catch (error) {
          if (takenField(error) !== '_id') throw error;
          // A live document is there: where it is too short now, it was so at this moment too.
          const reaches = await documents.findOne(plan.reaches, { projection: { _id: 1 } });
          if (!reaches || attempt === mostAttempts) throw plan.gap;
        }
      }
    });
    failpoint('mongo.put-from.after');
  }

  async remove(collection: CollectionName, filter: DocumentFilter): Promise<number> {
    const condition = filterCondition(collection, filter, this.clock.now());
    return this.guarded(async () => (await this.documents(collection).deleteMany(condition)).deletedCount);
  }

  /** The TTL index does it. */
  async removeExpired(): Promise<number> {
    return 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }

  private documents(collection: CollectionName): Collection<BsonDocument> {
    return this.client.db(this.database).collection<BsonDocument>(collection);
  }

  private live(collection: CollectionName, id: string): Condition {
    return { $and: [{ _id: { $eq: id } }, ...isLive(collection, this.clock.now())] };
  }

  private expired(collection: CollectionName, id: string): Condition {
    return { $and: [{ _id: { $eq: id } }, { $nor: isLive(collection, this.clock.now()) }] };
  }

  private read<Result>(operation: () => Promise<Result>): Promise<Result> {
    return this.guarded(operation, { again: true });
  }

  private async write<Result>(
    collection: CollectionName,
    document: StoredDocument,
    operation: () => Promise<Result>,
    options = { again: true },
  ): Promise<Result> {
    try {
      return await this.guarded(operation, options);
    } catch (error) {
      throw refusal(collection, document, error);
    }
  }

  /** `again`: harmless when repeated, so it is, once, where the server went away under it. */
  private async guarded<Result>(
    operation: () => Promise<Result>,
    { again } = { again: false },
  ): Promise<Result> {
    try {
      return await operation();
    } catch (error) {
      if (again && isOutage(error)) return this.guarded(operation);
      throw asMongoError(error, this.place);
    }
  }
}

/** `$set` and `$unset` of checked paths; a field without a value goes, as JSON leaves it out. */
function fieldChanges(
  collection: CollectionName,
  set: Readonly<Record<string, unknown>>,
): Record<string, object> {
  const changes = Object.entries(set).map(([path, value]) => {
    const segments = fieldSegments(path);
    const stored = toStoredValue(value, timesAt(collection, segments));
    return [toStoredPath(segments), stored] as const;
  });
  const given = changes.filter(([, value]) => value !== undefined);
  const gone = changes.filter(([, value]) => value === undefined).map(([path]) => [path, ''] as const);
  return {
    ...(given.length > 0 ? { $set: Object.fromEntries(given) } : {}),
    ...(gone.length > 0 ? { $unset: Object.fromEntries(gone) } : {}),
  };
}
