import type { CollectionName, DocumentRange, DocumentStore, StoredDocument } from './ports.ts';

/** Documents that are held at a time: log buckets of 50 kB and the largest ones alike. */
const pageSize = 100;

/** Documents in the order of their ids, by pages. One that is added meanwhile may be missed. */
export async function* documentPages(
  store: Pick<DocumentStore, 'find'>,
  collection: CollectionName,
  created?: DocumentRange['created'],
): AsyncGenerator<readonly StoredDocument[]> {
  for (let after: string | undefined; ; ) {
    const page = await store.find(collection, { after, created }, pageSize);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.id;
  }
}
