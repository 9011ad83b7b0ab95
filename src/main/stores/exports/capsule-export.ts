import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BSON } from 'mongodb';
import type { Pack } from 'tar-stream';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { hashing } from '../../platform/sha256.ts';
import type { PostgresAddress } from '../../postgres/pool.ts';
import { toBson } from '../documents/mongo/stored-document.ts';
import { documentPages } from '../documents/pages.ts';
import type { CollectionName, DocumentStore, StoredDocument } from '../documents/ports.ts';
import { readRevisions } from '../migration/table-shapes.ts';
import type { Bucket, ObjectStore } from '../objects/ports.ts';
import { atOneMoment, type DatabaseView } from '../snapshots/moment.ts';
import { flushed } from '../snapshots/snapshot-writer.ts';
import {
  type CapsuleFile,
  type CapsuleManifest,
  capsuleManifestName,
  documentsPath,
  rowsPath,
} from './capsule-manifest.ts';
import { namedTables, readExportedTables } from './catalogue.ts';
import { copyBlockOf } from './sql-export.ts';

/** What a capsule holds of each store. */
export interface CapsuleContent {
  readonly project: { readonly id: string; readonly name: string };
  /** Each with which of its rows `t` belong to it, as SQL. */
  readonly tables: readonly { readonly name: string; readonly where: string }[];
  readonly isDocument: (collection: CollectionName, document: StoredDocument) => boolean;
  readonly collections: readonly CollectionName[];
  readonly objects: () => AsyncIterable<{ readonly bucket: Bucket; readonly key: string }>;
  readonly inPlace: readonly string[];
}

export interface CapsuleStores {
  readonly address: PostgresAddress;
  readonly documents: DocumentStore;
  readonly objects: Pick<ObjectStore, 'get' | 'head'>;
}

/**
 * Writes what belongs to one project as a tar: rows as psql takes them, documents as mongodump writes them, objects as they are, and last a
 * manifest with the SHA-256 of each.
 * @param folder for what is on its way; it is there, and empty
 * @param content reads what the project is made of, at the moment at which its rows are read
 */
export async function exportCapsule(
  stores: CapsuleStores,
  folder: string,
  version: string,
  content: (view: DatabaseView) => Promise<CapsuleContent>,
  signal: AbortSignal,
): Promise<{ file: string; manifest: CapsuleManifest }> {
  for (const name of ['rows', 'documents']) await mkdir(path.join(folder, name), { mode: 0o700 });
  const taken = await atOneMoment(stores.address, async (view, at) => {
    const what = await content(view);
    const all = await readExportedTables(view);
    const tables: { name: string; rows: number }[] = [];
    for (const { name, where } of what.tables) {
      let rows = 0;
      for (const table of namedTables(all, [name])) {
        const text = copyBlockOf(view, table, where, (more) => {
          rows += more;
        });
        await pipeline(text, flushed(path.join(folder, rowsPath(name))), { signal });
      }
      tables.push({ name, rows });
    }
    return { what, tables, at: at.toISOString(), revisions: [...(await readRevisions(view))] };
  });
  const { what, tables, at, revisions } = taken;
  const documents = await writeDocuments(stores.documents, folder, what, signal);
  const file = path.join(folder, 'capsule.tar');
  const { pack } = await import('tar-stream');
  const packing = pack();
  const written = pipeline(Readable.from(packing), flushed(file), { signal });
  // Awaited below, after what fills it.
  written.catch((error: Error) => packing.destroy(error));
  const tar = new CapsuleTar(packing);
  const paths = [
    ...tables.map(({ name }) => rowsPath(name)),
    ...documents.map(({ name }) => documentsPath(name)),
  ];
  try {
    for (const one of paths) await tar.addFile(one, path.join(folder, one));
    const lost = await addObjects(tar, stores.objects, what);
    const manifest: CapsuleManifest = {
      ...{ format: 1, project: what.project, at, version, revisions, tables, documents },
      notKept: { inPlace: [...what.inPlace], lost },
      files: tar.files,
    };
    packing.entry({ name: capsuleManifestName, mode: 0o600 }, `${JSON.stringify(manifest, null, 1)}\n`);
    packing.finalize();
    await written;
    return { file, manifest };
  } catch (error) {
    packing.destroy();
    // The disk's own error comes before what it led to.
    await written;
    throw error;
  }
}

async function writeDocuments(
  store: DocumentStore,
  folder: string,
  { collections, isDocument }: CapsuleContent,
  signal: AbortSignal,
) {
  const written: { name: CollectionName; documents: number }[] = [];
  for (const name of collections) {
    let documents = 0;
    async function* encoded(): AsyncGenerator<Uint8Array> {
      for await (const page of documentPages(store, name)) {
        const own = page.filter((document) => isDocument(name, document));
        yield Buffer.concat(own.map((document) => BSON.serialize(toBson(name, document))));
        documents += own.length;
      }
    }
    await pipeline(encoded(), flushed(path.join(folder, documentsPath(name))), { signal });
    written.push({ name, documents });
  }
  return written;
}

/** @returns what is named and gone */
async function addObjects(
  tar: CapsuleTar,
  store: CapsuleStores['objects'],
  { objects }: CapsuleContent,
): Promise<string[]> {
  const lost: string[] = [];
  for await (const { bucket, key } of objects()) {
    try {
      const found = await store.head(bucket, key);
      if (found) await tar.add(`objects/${bucket}/${key}`, found.size, await store.get(bucket, key));
      else lost.push(`${bucket}/${key}`);
    } catch (error) {
      if (!(error instanceof TrainyardError) || error.code !== 'OBJECT_NOT_FOUND') throw error;
      lost.push(`${bucket}/${key}`);
    }
  }
  return lost;
}

class CapsuleTar {
  readonly files: CapsuleFile[] = [];
  private readonly packing: Pack;

  constructor(packing: Pack) {
    this.packing = packing;
  }

  async addFile(name: string, file: string): Promise<void> {
    const { size } = await stat(file);
    await this.add(name, size, createReadStream(file));
  }

  async add(name: string, size: number, body: Readable): Promise<void> {
    const entry = this.packing.entry({ name, size, mode: 0o600 });
    let sha256 = '';
    const hashed = hashing(body, (found) => {
      sha256 = found;
    });
    await pipeline(hashed, entry as unknown as NodeJS.WritableStream);
    this.files.push({ path: name, bytes: size, sha256 });
  }
}
