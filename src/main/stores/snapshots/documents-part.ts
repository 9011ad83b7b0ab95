import { BSON } from 'mongodb';
import { inLanguage } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { documentsIn } from '../documents/mongo/bson-stream.ts';
import { wantedIndexes } from '../documents/mongo/indexes.ts';
import { toBson } from '../documents/mongo/stored-document.ts';
import { documentPages } from '../documents/pages.ts';
import {
  type CollectionName,
  collectionNames,
  type DocumentStore,
  type StoredDocument,
} from '../documents/ports.ts';
import { damaged, otherCount } from './damage.ts';
import type { CollectionManifest } from './manifest.ts';
import type { SnapshotReader } from './snapshot-reader.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';

/** The data model's name of the database: `mongorestore` makes it. */
const folder = 'documents/vision_platform';
const writers = 8;
/** What a store says of a document that it never takes. */
const refusals: ReadonlySet<string> = new Set(['DOCUMENT_INVALID', 'DOCUMENT_TOO_LARGE']);

/** Called for each page of documents that is written or read, with how many there were so far. */
export type OnDocuments = (collection: CollectionName, done: number) => void;

/** Writes every collection as `mongodump --gzip` lays it out, whatever store it is in. */
export async function writeDocuments(
  store: DocumentStore,
  writer: SnapshotWriter,
  onDocuments: OnDocuments,
): Promise<CollectionManifest[]> {
  const written: CollectionManifest[] = [];
  for (const name of collectionNames) {
    let documents = 0;
    async function* encoded(): AsyncGenerator<Uint8Array> {
      for await (const page of documentPages(store, name)) {
        yield Buffer.concat(page.map((document) => BSON.serialize(toBson(name, document))));
        documents += page.length;
        onDocuments(name, documents);
      }
    }
    const [file, metadata] = [`${folder}/${name}.bson.gz`, `${folder}/${name}.metadata.json.gz`];
    await writer.write(file, encoded());
    await writer.write(metadata, [Buffer.from(metadataOf(name))]);
    written.push({ name, documents, file: writer.nameOf(file), metadata: writer.nameOf(metadata) });
  }
  return written;
}

/** What `mongorestore` makes the collection's indexes of. */
export function metadataOf(name: CollectionName): string {
  const wanted = wantedIndexes(name).map(({ description }) => ({ v: 2, ...description }));
  const indexes = [{ v: 2, key: { _id: 1 }, name: '_id_' }, ...wanted];
  return `${JSON.stringify({ options: {}, indexes, collectionName: name, type: 'collection' })}\n`;
}

/** The error of a file that holds something else than documents. */
const noDocument = (file: string, cause: unknown) =>
  damaged(
    file,
    { en: 'it holds something that is no document', ko: '문서가 아닌 것이 들어 있습니다' },
    cause,
  );

/** Reads a collection's file to its end. @throws TrainyardError SNAPSHOT_FILE_…, SNAPSHOT_COUNT_DIFFERS */
export async function readCollection(
  snapshot: SnapshotReader,
  { documents, file: path }: CollectionManifest,
  use: (document: StoredDocument) => Promise<void> | void,
): Promise<void> {
  let begun = 0;
  let found = 0;
  await forEachConcurrently(
    documentsIn(snapshot.read(path), (cause) => noDocument(path, cause)),
    writers,
    async (document) => {
      begun += 1;
      if (begun > documents) throw otherCount(path, begun, documents);
      await use(document);
      found += 1;
    },
  );
  if (found !== documents) throw otherCount(path, found, documents);
}

/**
 * Puts a snapshot's documents into a store; harmless to repeat.
 * @returns for people, those that no store takes, as another program may have written them into MongoDB
 */
export async function readDocuments(
  store: DocumentStore,
  snapshot: SnapshotReader,
  onDocuments: OnDocuments,
): Promise<readonly Bilingual[]> {
  const refused: Bilingual[] = [];
  for (const collection of snapshot.manifest.documents) {
    let done = 0;
    await readCollection(snapshot, collection, async (document) => {
      failpoint('restore.document.before');
      try {
        await store.put(collection.name, document);
      } catch (error) {
        if (!(error instanceof TrainyardError) || !refusals.has(error.code)) throw error;
        refused.push({ en: error.message, ko: inLanguage(error.record, 'ko').message });
      }
      done += 1;
      onDocuments(collection.name, done);
    });
  }
  return refused;
}
