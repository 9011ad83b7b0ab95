import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BSON } from 'mongodb';
import { toBson } from '../documents/mongo/stored-document.ts';
import { documentPages } from '../documents/pages.ts';
import type { CollectionName, DocumentStore } from '../documents/ports.ts';
import { metadataOf } from '../snapshots/documents-part.ts';
import { packingOf } from '../snapshots/packing.ts';
import { flushed } from '../snapshots/snapshot-writer.ts';

/** The data model's name of the database: `mongorestore` makes it. */
export const databaseFolder = 'vision_platform';

export interface DocumentsExportRequest {
  readonly collections: readonly CollectionName[];
  readonly isPacked: boolean;
  readonly onDocuments: (done: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes collections as mongodump lays them out, whatever store they are in.
 * @param folder missing yet
 * @returns how many documents of each there are
 */
export async function exportDocuments(
  store: DocumentStore,
  folder: string,
  { collections, isPacked, onDocuments, signal }: DocumentsExportRequest,
): Promise<{ name: CollectionName; documents: number }[]> {
  const within = path.join(folder, databaseFolder);
  await mkdir(within, { recursive: true, mode: 0o700 });
  const write = async (name: string, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
    const file = path.join(within, `${name}${isPacked ? '.gz' : ''}`);
    await pipeline(body, packingOf(file).pack(), flushed(file), { signal });
  };
  const written: { name: CollectionName; documents: number }[] = [];
  let done = 0;
  for (const name of collections) {
    let documents = 0;
    async function* encoded(): AsyncGenerator<Uint8Array> {
      for await (const page of documentPages(store, name)) {
        yield Buffer.concat(page.map((document) => BSON.serialize(toBson(name, document))));
        documents += page.length;
        done += page.length;
        onDocuments(done);
      }
    }
    await write(`${name}.bson`, encoded());
    await write(`${name}.metadata.json`, [Buffer.from(metadataOf(name))]);
    written.push({ name, documents });
  }
  return written;
}
