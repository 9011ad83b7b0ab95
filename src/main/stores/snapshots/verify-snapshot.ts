import { type Dirent, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { contentPath, type KeptObject } from './content-copier.ts';
import { linesIn } from './database-part.ts';
import { readCollection } from './documents-part.ts';
import { readKeys } from './keys-part.ts';
import { type Manifest, manifestName, type SnapshotFile } from './manifest.ts';
import { indexLines, readContentFile } from './objects-part.ts';
import { readSettings } from './settings-part.ts';
import { asDamage, otherContent, otherCount, readSnapshotFile, tooLarge } from './snapshot-files.ts';
import { isProofAside, proofNames, readManifest } from './snapshot-folder.ts';

const readersAtOnce = 4;
/** What PostgreSQL takes of a row in COPY. */
const largestRow = 1024 ** 3;
const largestMetadata = 1024 ** 2;
/** Files that are none of the snapshot, by their names; those beyond are counted. */
const mostUnknown = 20;

/** Called now and then, with how many files were read so far. */
export type OnFiles = (done: number, bytes: number) => void;

/**
 * Reads all of a snapshot: every byte is compared with its hash, every file with what it must hold, and the folder with the manifest.
 * Answers everything that is wrong with it.
 * @param trusted files that are not read: they are an earlier snapshot's, and were read with it
 */
export async function verifySnapshot(
  folder: string,
  onFiles: OnFiles,
  trusted: ReadonlySet<string> = new Set(),
): Promise<readonly TrainyardError[]> {
  let manifest: Manifest;
  try {
    manifest = await readManifest(folder);
  } catch (error) {
    if (error instanceof TrainyardError) return [error];
    throw error;
  }
  const problems: TrainyardError[] = [];
  const collect = async (check: () => Promise<void>) => {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof TrainyardError)) throw error;
      problems.push(error);
    }
  };
  let [done, bytes] = [0, 0];
  const read = (size: number) => {
    done += 1;
    bytes += size;
    onFiles(done, bytes);
  };
  const { database, documents, keys, objects, files } = manifest;
  const rowsOf = new Map(
    database.tables.flatMap(({ parts }) => parts.map(({ file, rows }) => [file, rows] as const)),
  );
  const collectionOf = new Map(documents.map((collection) => [collection.file, collection]));
  const contents = new Map<string, KeptObject>();
  // Where the index cannot be read to its end no file of a content counts as unknown.
  let areContentsKnown = false;
  await forEachConcurrently(files, readersAtOnce, (file) =>
    collect(async () => {
      const collection = collectionOf.get(file.path);
      if (collection) await readCollection(folder, collection, manifest, () => undefined);
      else if (file.path === manifest.settings) await readSettings(folder, manifest);
      else if (file.path === keys?.file) await readKeys(folder, manifest, () => undefined);
      else if (file.path === objects.index) {
        for await (const object of indexLines(folder, manifest)) {
          const same = contents.get(object.sha256);
          if (same && same.size !== object.size) throw otherContent(objects.index);
          contents.set(object.sha256, object);
        }
        areContentsKnown = true;
      } else if (trusted.has(file.path)) return;
      else if (rowsOf.has(file.path)) await readRows(folder, file, rowsOf.get(file.path) ?? 0);
      else await readMetadata(folder, file);
      read(file.bytes);
    }),
  );
  await forEachConcurrently(contents.values(), readersAtOnce, (object) =>
    collect(async () => {
      if (trusted.has(contentPath(object.sha256))) return;
      for await (const _ of readContentFile(folder, object));
      read(object.size);
    }),
  );
  const present = new Set(files.map((file) => file.path));
  for (const name of [manifestName, ...proofNames]) present.add(name);
  for (const sha256 of contents.keys()) present.add(contentPath(sha256));
  let unknown = 0;
  await collect(async () => {
    for await (const name of filesBelow(folder, '')) {
      if (present.has(name) || isProofAside(name) || (!areContentsKnown && name.startsWith('objects/')))
        continue;
      unknown += 1;
      if (unknown <= mostUnknown)
        problems.push(fault('SNAPSHOT_FILE_UNKNOWN', { file: name }, { place: { file: name } }));
    }
  });
  if (unknown > mostUnknown) problems.push(fault('SNAPSHOT_FILES_UNKNOWN', { count: unknown - mostUnknown }));
  // Removed while it was read: that is all there is to say.
  return existsSync(folder) ? problems : [fault('SNAPSHOT_NOT_FOUND', { snapshot: folder })];
}

/** Counts the rows of a file of COPY. @throws TrainyardError SNAPSHOT_FILE_…, SNAPSHOT_COUNT_DIFFERS, as soon as there are too many */
async function readRows(folder: string, file: SnapshotFile, rows: number): Promise<void> {
  let [found, inRow] = [0, 0];
  for await (const chunk of readSnapshotFile(folder, file)) {
    const more = linesIn(chunk);
    found += more;
    if (found > rows) throw otherCount(file.path, found, rows);
    inRow = more === 0 ? inRow + chunk.length : chunk.length - chunk.lastIndexOf('\n') - 1;
    if (inRow > largestRow) throw tooLarge(file.path, largestRow);
  }
  if (found !== rows) throw otherCount(file.path, found, rows);
}

/** What nothing of ours reads must still be whole, and no larger than it is written. */
async function readMetadata(folder: string, file: SnapshotFile): Promise<void> {
  let bytes = 0;
  for await (const chunk of readSnapshotFile(folder, file)) {
    bytes += chunk.length;
    if (bytes > largestMetadata) throw tooLarge(file.path, largestMetadata);
  }
}

async function* filesBelow(folder: string, prefix: string): AsyncGenerator<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(path.join(folder, prefix), { withFileTypes: true });
  } catch (error) {
    throw asDamage(prefix === '' ? '.' : prefix, error);
  }
  for (const entry of entries) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, name);
    else yield name;
  }
}
