import type { Collection, Document, Filter } from 'mongodb';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import type { ServerEndpoint } from '../../../platform/endpoints.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { lifetimeField } from '../collections.ts';
import { countLines } from '../log-rows.ts';
import type { BucketRows, CollectionName, DocumentRange, DocumentStore, StoredDocument } from '../ports.ts';
import { bucketGap, bucketOf } from '../validation.ts';
import { isLive, type OpenedClient, openClient } from './client.ts';
import { ensureMongoCollections } from './ensure.ts';
import { asMongoError, isOutage, refusal, takenField } from './errors.ts';
import { toStoredText } from './names.ts';
import { type BsonDocument, fromStored, toStored } from './stored-document.ts';

type Condition = Filter<BsonDocument>;

/** Buckets of a log that are written at the same time. */
const bucketsAtOnce = 4;

/** How often a write begins anew when others change the same document under it. */
const mostAttempts = 20;

/**
 * The document store on MongoDB (8, or FerretDB 2.7 and what else speaks its protocol): without transactions, change streams and
 * `$$NOW`, so that a server without a replica set serves too. Survives restarts of the server.
 * @throws TrainyardError MONGO_URL_INVALID, MONGO_UNREACHABLE, MONGO_REFUSED_CREDENTIALS, MONGO_UNTRUSTED
 */
export async function openMongoDocuments(endpoint: ServerEndpoint): Promise<DocumentStore & AsyncDisposable> {
  return new MongoDocumentStore(endpoint, await openClient(endpoint));
}

class MongoDocumentStore implements DocumentStore, AsyncDisposable {
  private readonly endpoint: ServerEndpoint;
  private readonly opened: OpenedClient;

  constructor(endpoint: ServerEndpoint, opened: OpenedClient) {
    this.endpoint = endpoint;
    this.opened = opened;
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
        const expired = { _id: { $eq: _id }, $nor: [isLive(collection, this.opened.now())] };
        const { matchedCount } = await documents.replaceOne(expired, fields);
        if (matchedCount === 1) return;
        const holder = await documents.findOne(this.live(collection, { $eq: _id }), {
          projection: { _id: 1 },
        });
        // Nobody holds the id any more where the server removed the expired document meanwhile.
        if (holder) throw error;
      }
    }
  }

  async put(collection: CollectionName, document: StoredDocument): Promise<void> {
    const { _id, ...fields } = toStored(collection, document);
    failpoint('mongo.put.before');
    // Two that add the same document at once: the second one finds it when it looks again.
    await this.write(collection, document, () =>
      unlessTaken(() =>
        this.documents(collection).replaceOne({ _id: { $eq: _id } }, fields, { upsert: true }),
      ),
    );
    failpoint('mongo.put.after');
  }

  async get(collection: CollectionName, id: string): Promise<StoredDocument | null> {
    const found = await this.read(() =>
      this.documents(collection).findOne(this.live(collection, { $eq: toStoredText(id) })),
    );
    return found && fromStored(found);
  }

  async getMany(collection: CollectionName, ids: readonly string[]): Promise<StoredDocument[]> {
    if (ids.length === 0) return [];
    const wanted = this.live(collection, { $in: ids.map(toStoredText) });
    const found = await this.read(() => this.documents(collection).find(wanted).toArray());
    const byId = new Map(found.map(fromStored).map((document) => [document.id, document]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async find(
    collection: CollectionName,
    { after = '', created }: DocumentRange,
    limit: number,
  ): Promise<StoredDocument[]> {
    const condition = this.live(collection, { $gt: toStoredText(after) });
    if (created) condition.createdAt = { $gte: created.from, $lt: created.to };
    const options = { sort: { _id: 1 }, limit } as const;
    const found = await this.read(() => this.documents(collection).find(condition, options).toArray());
    return found.map(fromStored);
  }

  async count(collection: CollectionName): Promise<number> {
    const condition = this.live(collection);
    return this.read(() => this.documents(collection).countDocuments(condition));
  }

  async putLines(buckets: readonly BucketRows[]): Promise<void> {
    await forEachConcurrently(buckets, bucketsAtOnce, (bucket) => this.putBucket(bucket));
  }

  private async putBucket(bucket: BucketRows): Promise<void> {
    const { base, position } = bucket;
    const whole = toStored('workflow_logs', bucketOf(bucket));
    const { _id, logs, ...others } = whole;
    const documents = this.documents('workflow_logs');
    const reaches = this.live('workflow_logs', { $eq: _id });
    if (position > 0) reaches[`logs.${position - 1}`] = { $exists: true };
    // In front of what stood from the position on, and as many kept as were meant: one atomic operator, and the log of a replica set
    // carries the lines rather than the whole document.
    const put = { $each: logs, $position: position, $slice: position + countLines(bucket.rows) };
    const change: Document = { $push: { logs: put }, ...(position === 0 ? { $setOnInsert: others } : {}) };
    failpoint('mongo.put-from.before');
    // A live document is there by now where it was not when this looked.
    await this.write('workflow_logs', base, () =>
      unlessTaken(async () => {
        try {
          const upsert = position === 0;
          const { matchedCount, upsertedCount } = await documents.updateOne(reaches, change, { upsert });
          if (matchedCount + upsertedCount === 0) throw bucketGap(base, position);
        } catch (error) {
          // An expired document has the id, or another writer was first.
          if (takenField(error) !== '_id') throw error;
          await this.add('workflow_logs', whole);
        }
      }),
    );
    failpoint('mongo.put-from.after');
  }

  async remove(collection: CollectionName, ids: readonly string[]): Promise<number> {
    const condition = this.live(collection, { $in: ids.map(toStoredText) });
    return this.guarded(async () => (await this.documents(collection).deleteMany(condition)).deletedCount);
  }

  async clear(collection: CollectionName): Promise<void> {
    await this.guarded(() => this.documents(collection).deleteMany({}));
  }

  /** The TTL index does it. */
  async removeExpired(): Promise<number> {
    return 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened.client.close();
  }

  private documents(collection: CollectionName): Collection<BsonDocument> {
    const { client, database } = this.opened;
    return client.db(database).collection<BsonDocument>(collection);
  }

  /** Documents that have not expired. Every value is the operand of a named operator: nothing that a caller gives is read as one. */
  private live(collection: CollectionName, ids?: Condition['_id']): Condition {
    return { ...(ids ? { _id: ids } : {}), ...isLive(collection, this.opened.now()) };
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

  /** `again`: safe to repeat, so it is, once, where the server went away under it. */
  private async guarded<Result>(
    operation: () => Promise<Result>,
    { again } = { again: false },
  ): Promise<Result> {
    try {
      return await operation();
    } catch (error) {
      if (again && isOutage(error)) return this.guarded(operation);
      throw asMongoError(error, this.opened.place);
    }
  }
}

/** Does it again where another document took the id meanwhile. */
async function unlessTaken(write: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await write();
      return;
    } catch (error) {
      if (takenField(error) !== '_id' || attempt === mostAttempts) throw error;
    }
  }
}
