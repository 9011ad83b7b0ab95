import { fault } from '../../../shared/errors/catalogue.ts';
import { counted } from '../../../shared/format/units.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { lifetimeField } from '../documents/collections.ts';
import { documentPages } from '../documents/pages.ts';
import {
  type CollectionName,
  collectionNames,
  type DocumentStore,
  type StoredDocument,
} from '../documents/ports.ts';
import { ContentHash, canonicalText } from './content-hash.ts';
import type { CopyResult, OnCopyProgress } from './progress.ts';

/** Documents on their way at a time. */
const writers = 8;

/** Documents whose time comes within this are left out of comparisons: one store may drop them while the other is read. */
const comparedMs = 60 * 60 * 1000;

/**
 * How many documents a store holds, in all and by collection, and a hash over all of them, whatever their order and that of their fields.
 * @param livingAt documents that expire before this time are left out
 */
export async function fingerprintDocuments(store: DocumentStore, livingAt: Date, onProgress: OnCopyProgress) {
  const hash = new ContentHash();
  const counts = {} as Record<CollectionName, number>;
  for (const collection of collectionNames) {
    const before = hash.count;
    for await (const page of documentPages(store, collection)) {
      for (const document of page) {
        if (livesAt(collection, document, livingAt)) hash.add(collection, canonicalText(document));
      }
      onProgress({ step: 'comparing', what: collection, done: hash.count - before, total: null });
    }
    counts[collection] = hash.count - before;
  }
  return { count: hash.count, sha256: hash.hex(), counts };
}

/**
 * Copies every document. Redone after a kill it copies what is missing; the source is read only.
 * @throws TrainyardError MIGRATION_TARGET_NOT_EMPTY if the target holds a document that the source does not have like that (nothing
 *   was written then); MIGRATION_DIFFERS where both are not the same in the end
 */
export async function copyDocuments(
  from: DocumentStore,
  to: DocumentStore,
  onProgress: OnCopyProgress,
): Promise<CopyResult> {
  for (const collection of collectionNames) await refuseOthers(from, to, collection, onProgress);
  let copied = 0;
  for (const collection of collectionNames) copied += await copyCollection(from, to, collection, onProgress);
  const livingAt = new Date(Date.now() + comparedMs);
  const source = await fingerprintDocuments(from, livingAt, onProgress);
  const target = await fingerprintDocuments(to, livingAt, onProgress);
  if (source.sha256 !== target.sha256 || source.count !== target.count) {
    const differing = collectionNames.filter((name) => source.counts[name] !== target.counts[name]);
    const differences = {
      en: differing.map(
        (name) => `${name} has ${counted(target.counts[name], 'document')} instead of ${source.counts[name]}`,
      ),
      ko: differing.map(
        (name) => `${name}의 문서가 ${source.counts[name]}개인데 사본은 ${target.counts[name]}개입니다`,
      ),
    };
    const what =
      differing.length === 0
        ? { en: 'the same number of documents, with other contents', ko: '문서 수는 같지만 내용이 다릅니다' }
        : { en: differences.en.join(', '), ko: differences.ko.join(', ') };
    throw fault('MIGRATION_DIFFERS', { what });
  }
  return { count: target.count, copied, sha256: target.sha256 };
}

function livesAt(collection: CollectionName, document: StoredDocument, time: Date): boolean {
  const field = lifetimeField(collection);
  return !field || Date.parse(String(document[field])) > time.getTime();
}

async function refuseOthers(
  from: DocumentStore,
  to: DocumentStore,
  collection: CollectionName,
  onProgress: OnCopyProgress,
): Promise<void> {
  let checked = 0;
  for await (const page of documentPages(to, collection)) {
    const known = await texts(from, collection, page);
    const soon = new Date(Date.now() + comparedMs);
    const other = page.find(
      (document) => livesAt(collection, document, soon) && known.get(document.id) !== canonicalText(document),
    );
    if (other) {
      const what = {
        en: `the document ${other.id} of ${collection}`,
        ko: `${collection}의 문서 ${other.id}`,
      };
      throw fault('MIGRATION_TARGET_NOT_EMPTY', { what });
    }
    checked += page.length;
    onProgress({ step: 'checking', what: collection, done: checked, total: null });
  }
}

async function copyCollection(
  from: DocumentStore,
  to: DocumentStore,
  collection: CollectionName,
  onProgress: OnCopyProgress,
): Promise<number> {
  const total = await from.count(collection);
  let done = 0;
  let copied = 0;
  for await (const page of documentPages(from, collection)) {
    const known = await texts(to, collection, page);
    const missing = page.filter((document) => known.get(document.id) !== canonicalText(document));
    await forEachConcurrently(missing, writers, async (document) => {
      failpoint('migration.document.before');
      await to.put(collection, document);
      failpoint('migration.document.after');
    });
    done += page.length;
    copied += missing.length;
    onProgress({ step: 'copying', what: collection, done, total });
  }
  return copied;
}

async function texts(
  store: DocumentStore,
  collection: CollectionName,
  page: readonly StoredDocument[],
): Promise<ReadonlyMap<string, string>> {
  const found = await store.getMany(
    collection,
    page.map(({ id }) => id),
  );
  return new Map(found.map((document) => [document.id, canonicalText(document)]));
}
