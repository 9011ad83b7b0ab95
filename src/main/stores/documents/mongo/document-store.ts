import type { Collection, Filter } from 'mongodb';
import type { ServerEndpoint } from '../../../platform/endpoints.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { lifetimeField } from '../collections.ts';
import { conditionsOf } from '../filter.ts';
import type { CollectionName, DocumentFilter, DocumentStore, StoredDocument } from '../ports.ts';
import { isLive, type OpenedClient, openClient } from './client.ts';
import { ensureMongoCollections } from './ensure.ts';
import { asMongoError, isOutage, isPathInTheWay, refusal, takenField } from './errors.ts';
import { toStoredPath, toStoredText } from './names.ts';
import { planPutFrom } from './put-from.ts';
import { type BsonDocument, fromStored, toStored, toStoredValue } from './stored-document.ts';
import { timesAt } from './times.ts';

type Condition = Filter<BsonDocument>;

const operators = { '=': '$eq', '>=': '$gte', '<': '$lt' } as const;

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
      $and: [{ _id: { $in: ids.map(toStoredText) } }, ...isLive(collection, this.opened.now())],
    };
    const found = await this.read(() => this.documents(collection).find(wanted).toArray());
    const byId = new Map(found.map(fromStored).map((document) => [document.id, document]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async find(collection: CollectionName, filter: DocumentFilter, limit?: number): Promise<StoredDocument[]> {
    const condition = this.condition(collection, filter);
    const options = { sort: { _id: 1 }, ...(limit === undefined ? {} : { limit }) } as const;
    const found = await this.read(() => this.documents(collection).find(condition, options).toArray());
    return found.map(fromStored);
  }

  async count(collection: CollectionName, filter: DocumentFilter): Promise<number> {
    const condition = this.condition(collection, filter);
    return this.read(() => this.documents(collection).countDocuments(condition));
  }

  async putFrom(
    collection: CollectionName,
    base: StoredDocument,
    field: string,
    position: number,
    items: readonly unknown[],
  ): Promise<void> {
    const plan = planPutFrom(collection, base, field, position, items, this.opened.now());
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
    const condition = this.condition(collection, filter);
    return this.guarded(async () => (await this.documents(collection).deleteMany(condition)).deletedCount);
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

  /** Every value is the operand of a named operator: nothing that a caller gives is read as one. */
  private condition(collection: CollectionName, filter: DocumentFilter): Condition {
    const conditions: Condition[] = conditionsOf(collection, filter).map(({ field, operator, value }) => {
      const stored = toStoredValue(value, timesAt(collection, field));
      return { [toStoredPath(field)]: { [operators[operator]]: stored } };
    });
    conditions.push(...isLive(collection, this.opened.now()));
    return conditions.length > 0 ? { $and: conditions } : {};
  }

  private live(collection: CollectionName, id: string): Condition {
    return { $and: [{ _id: { $eq: id } }, ...isLive(collection, this.opened.now())] };
  }

  private expired(collection: CollectionName, id: string): Condition {
    return { $and: [{ _id: { $eq: id } }, { $nor: isLive(collection, this.opened.now()) }] };
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
      throw asMongoError(error, this.opened.place);
    }
  }
}
