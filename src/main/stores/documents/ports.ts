/**
 * A document: JSON with an id (1 to 255 characters) that is unique in its collection. Dates are ISO 8601 strings in UTC with
 * milliseconds. Every string comes back as it was given, NUL and lone surrogates included; the order of fields may change.
 */
export interface StoredDocument {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The collections of the data model; `collections.ts` declares their schemas and indexes. */
export type CollectionName =
  | 'chat_sessions'
  | 'training_configs'
  | 'workflow_logs'
  | 'model_registry'
  | 'audit_logs';

/**
 * What a document must meet, all of it. Paths are dotted and lead through arrays into each of their documents, with MongoDB's
 * meaning: a field that is an array meets a condition where one of its elements does; null is met by a missing field too
 * (but not by an array on the way that holds no document).
 */
export interface DocumentFilter {
  readonly equals?: Readonly<Record<string, string | number | boolean | null>>;
  /**
   * `from` ≤ value < `to`; strings are compared with strings by code points (those that hold NUL or half of a surrogate pair stand
   * somewhere), numbers with numbers. Where a path has several values,
   * each bound may be met by another one: a bucket of log lines meets a period that lies between two of its lines.
   */
  readonly range?: Readonly<
    Record<string, { readonly from?: string | number; readonly to?: string | number }>
  >;
  /** Words that all stand in the text index's field, whatever their case; only collections that declare one take it. */
  readonly text?: string;
}

export interface FindOptions {
  /**
   * Fields that hold one value: missing and null come first, then numbers, then strings by code points (`desc`: the other way
   * round). Equal ones, and all where nothing is given, stand in the order of their ids.
   */
  readonly sort?: readonly { readonly field: string; readonly order: 'asc' | 'desc' }[];
  readonly limit?: number;
  readonly offset?: number;
}

/**
 * Documents of the five collections, checked against their schemas whenever they are written
 * (@throws TrainyardError DOCUMENT_INVALID, which names the field, and DOCUMENT_TOO_LARGE from 16 MiB on; DOCUMENT_FILTER_INVALID
 * for a path or value that no filter takes). Expired ones (`expiresAt` in the past) are as if they were not there, by the store's clock.
 */
export interface DocumentStore {
  /** Makes collections and indexes what `collections.ts` declares; harmless when repeated. @throws TrainyardError DOCUMENT_STORE_INCOMPLETE */
  ensureCollections(): Promise<void>;
  /** Adds a document. @throws TrainyardError DOCUMENT_EXISTS where the id or a unique field is taken */
  insert(collection: CollectionName, document: StoredDocument): Promise<void>;
  /** Puts the document in place of the one with its id, or adds it: harmless when repeated. @throws TrainyardError DOCUMENT_EXISTS where a unique field is taken */
  put(collection: CollectionName, document: StoredDocument): Promise<void>;
  get(collection: CollectionName, id: string): Promise<StoredDocument | null>;
  /** Documents by id, in the ids' order; missing ones are left out. */
  getMany(collection: CollectionName, ids: readonly string[]): Promise<StoredDocument[]>;
  find(collection: CollectionName, filter: DocumentFilter, options?: FindOptions): Promise<StoredDocument[]>;
  count(collection: CollectionName, filter: DocumentFilter): Promise<number>;
  /** Sets fields (dotted paths) of one document in one step; the result must fit the schema. Answers whether it was there. */
  update(collection: CollectionName, id: string, set: Readonly<Record<string, unknown>>): Promise<boolean>;
  /**
   * Makes `items` stand in the array `field` (of the document itself) from `position` on and cuts off whatever stood behind, in
   * one step; makes the document from `base` where it is missing. Harmless when repeated.
   * @throws TrainyardError DOCUMENT_GAP where the array is shorter than `position`
   */
  putFrom(
    collection: CollectionName,
    base: StoredDocument,
    field: string,
    position: number,
    items: readonly unknown[],
  ): Promise<void>;
  /** Removes what matches and answers how many there were. */
  remove(collection: CollectionName, filter: DocumentFilter): Promise<number>;
  /** Removes what has expired and answers how many there were; stores with a TTL of their own answer 0. */
  removeExpired(): Promise<number>;
}
