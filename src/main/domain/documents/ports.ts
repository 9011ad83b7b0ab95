/** A document: JSON with an id that is unique in its collection. Dates are ISO 8601 strings. */
export interface StoredDocument {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The collections of the data model; `collections.ts` declares their indexes. */
export type CollectionName =
  | 'chat_sessions'
  | 'training_configs'
  | 'workflow_logs'
  | 'model_registry'
  | 'audit_logs';

/** Equality on fields (dotted paths; an array field matches where it contains the value), and ranges. */
export interface DocumentFilter {
  readonly equals?: Readonly<Record<string, string | number | boolean | null>>;
  readonly range?: Readonly<
    Record<string, { readonly from?: string | number; readonly to?: string | number }>
  >;
  /** Words to find in the collection's text index; only collections that declare one take it. */
  readonly text?: string;
}

export interface FindOptions {
  readonly sort?: readonly { readonly field: string; readonly order: 'asc' | 'desc' }[];
  readonly limit?: number;
  readonly offset?: number;
}

/** Documents of the five collections. Expired ones (`expiresAt` in the past) are never returned and go within a minute. */
export interface DocumentStore {
  /** Makes collections and indexes what `collections.ts` declares; harmless when repeated. */
  ensureCollections(): Promise<void>;
  /** Adds a document. @throws TrainyardError DOCUMENT_EXISTS where the id or a unique field is taken */
  insert(collection: CollectionName, document: StoredDocument): Promise<void>;
  /** Puts the document in place of the one with its id, or adds it: harmless when repeated. */
  put(collection: CollectionName, document: StoredDocument): Promise<void>;
  get(collection: CollectionName, id: string): Promise<StoredDocument | null>;
  /** Documents by id, in the ids' order; missing ones are left out. */
  getMany(collection: CollectionName, ids: readonly string[]): Promise<StoredDocument[]>;
  find(collection: CollectionName, filter: DocumentFilter, options?: FindOptions): Promise<StoredDocument[]>;
  count(collection: CollectionName, filter: DocumentFilter): Promise<number>;
  /** Sets fields (dotted paths) of one document in one step. Answers whether it was there. */
  update(collection: CollectionName, id: string, set: Readonly<Record<string, unknown>>): Promise<boolean>;
  /**
   * Makes `items` stand in the array `field` from `position` on and cuts off whatever stood behind, in one step;
   * makes the document from `base` where it is missing. Harmless when repeated.
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
