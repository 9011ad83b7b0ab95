/**
 * A document: JSON with an id (1 to 255 characters) that is unique in its collection. Dates are ISO 8601 strings in UTC with
 * milliseconds. Every string comes back as it was given, NUL and lone surrogates included; the order of fields may change.
 */
export interface StoredDocument {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The collections of the data model; `collections.ts` declares their schemas and indexes. */
export const collectionNames = [
  'chat_sessions',
  'training_configs',
  'workflow_logs',
  'model_registry',
  'audit_logs',
] as const;
export type CollectionName = (typeof collectionNames)[number];

/** Lines of a log that follow each other and differ in their message alone. */
export interface LogRow {
  readonly shared: Readonly<Record<string, unknown>>;
  readonly messages: readonly string[];
}

/** What is to stand in a bucket of `workflow_logs` from a position on. */
export interface BucketRows {
  /** The bucket without its lines. */
  readonly base: StoredDocument;
  readonly position: number;
  readonly rows: readonly LogRow[];
}

/** A part of a collection. */
export interface DocumentRange {
  /** Only documents whose id is greater, by code points. */
  readonly after?: string | undefined;
  /** Only documents whose `createdAt` is a time of this span: `from` ≤ time < `to`. */
  readonly created?: { readonly from: Date; readonly to: Date } | undefined;
}

/**
 * Documents of the five collections, checked against their schemas whenever they are written
 * (@throws TrainyardError DOCUMENT_INVALID, which names the field, and DOCUMENT_TOO_LARGE from 16 MiB on). Expired ones (`expiresAt`
 * in the past) are as if they were not there, by the store's clock.
 */
export interface DocumentStore {
  /** Makes collections and indexes what `collections.ts` declares; safe to repeat. @throws TrainyardError DOCUMENT_STORE_INCOMPLETE */
  ensureCollections(): Promise<void>;
  /** Adds a document. @throws TrainyardError DOCUMENT_EXISTS if the id or a unique field is taken */
  insert(collection: CollectionName, document: StoredDocument): Promise<void>;
  /** Puts the document in place of the one with its id, or adds it: safe to repeat. @throws TrainyardError DOCUMENT_EXISTS if a unique field is taken */
  put(collection: CollectionName, document: StoredDocument): Promise<void>;
  get(collection: CollectionName, id: string): Promise<StoredDocument | null>;
  /** Documents by id, in the ids' order; missing ones are left out. */
  getMany(collection: CollectionName, ids: readonly string[]): Promise<StoredDocument[]>;
  /** In the order of their ids; `limit` at most. */
  find(collection: CollectionName, range: DocumentRange, limit: number): Promise<StoredDocument[]>;
  count(collection: CollectionName): Promise<number>;
  /**
   * Makes lines stand in buckets of `workflow_logs`, each named once, from a position on and cuts off whatever stood behind, in one step
   * for each bucket; makes a bucket from its base where it is missing and the position is 0. Safe to repeat.
   * @throws TrainyardError DOCUMENT_GAP if a bucket has fewer lines than its position
   */
  putLines(buckets: readonly BucketRows[]): Promise<void>;
  /** Removes documents by id and answers how many there were. */
  remove(collection: CollectionName, ids: readonly string[]): Promise<number>;
  /** Removes all documents of a collection. */
  clear(collection: CollectionName): Promise<void>;
  /** Removes what has expired and answers how many there were; stores with a TTL of their own answer 0. */
  removeExpired(): Promise<number>;
}
