import type { CollectionName, DocumentFilter, DocumentStore, StoredDocument } from './ports.ts';

/** Documents that are held at a time: log buckets of 50 kB and the largest ones alike. */
const pageSize = 100;

/** The documents that meet a filter in the order of their ids, by pages. One that is added meanwhile may be missed. */
export async function* documentPages(
  store: Pick<DocumentStore, 'find'>,
  collection: CollectionName,
  filter: Pick<DocumentFilter, 'range'> = {},
): AsyncGenerator<readonly StoredDocument[]> {
  for (let last: string | undefined; ; ) {
    const range = last === undefined ? filter.range : { ...filter.range, id: { from: last } };
    // The last one of the page before comes again, if it is still there.
    const found = await store.find(collection, range ? { range } : {}, pageSize + 1);
    const page = found.filter(({ id }) => id !== last);
    if (page.length > 0) yield page;
    if (found.length <= pageSize) return;
    last = page.at(-1)?.id;
  }
}
