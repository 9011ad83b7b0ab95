import { collections } from '../documents/collections.ts';
import type { CollectionName, DocumentStore, StoredDocument } from '../documents/ports.ts';

/** Documents that are held at a time: log buckets of 50 kB and the largest ones alike. */
const pageSize = 100;

/** Every collection's name. */
export function collectionNames(): readonly CollectionName[] {
  return Object.keys(collections) as CollectionName[];
}

/** The documents of a collection in the order of their ids, by pages. One that is added meanwhile may be missed. */
export async function* documentPages(
  store: DocumentStore,
  collection: CollectionName,
): AsyncGenerator<readonly StoredDocument[]> {
  for (let last: string | undefined; ; ) {
    const filter = last === undefined ? {} : { range: { id: { from: last } } };
    // The last one of the page before comes again, if it is still there.
    const found = await store.find(collection, filter, { limit: pageSize + 1 });
    const page = found.filter(({ id }) => id !== last);
    if (page.length > 0) yield page;
    if (found.length <= pageSize) return;
    last = page.at(-1)?.id;
  }
}
