import { type Dirent, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { contentPath, encryptedPath, type KeptObject } from './content-copier.ts';
import { asDamage, otherContent, otherCount, tooLarge } from './damage.ts';
import { linesIn } from './database-part.ts';
import { readCollection } from './documents-part.ts';
import { readKeys } from './keys-part.ts';
import { type Manifest, manifestName, type SnapshotFile } from './manifest.ts';
import { indexLines, readContentFile, readContents } from './objects-part.ts';
import { readDetails, readSettings } from './settings-part.ts';
import { isProofAside, proofNames, readManifest } from './snapshot-folder.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { endOfRows } from './table-parts.ts';

const readersAtOnce = 4;
/** What PostgreSQL takes of a row in COPY. */
const largestRow = 1024 ** 3;
const largestMetadata = 1024 ** 2;
/** A table of contents has some hundred bytes for each thing of a schema. */
const largestContents = 64 * 1024 ** 2;
/** Files that are none of the snapshot, by their names; those beyond are counted. */
const mostUnknown = 20;

/** Called now and then, with how many files were read so far. */
export type OnFiles = (done: number, bytes: number) => void;

/**
 * Reads all of a snapshot: every byte is compared with its hash, every file with what it must hold, and the folder with the manifest.
 * Answers everything that is wrong with it.
 * @param trusted files that are not read: they are an earlier snapshot's, and were read with it
 * @param identity of an encrypted one; without it only the hashes of its files are compared
 */
export async function verifySnapshot(
  folder: string,
  onFiles: OnFiles,
  trusted: ReadonlySet<string> = new Set(),
  identity: string | null = null,
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
  const { database, documents, keys, objects, files, encryption } = manifest;
  const snapshot = new SnapshotReader(folder, manifest, identity);
  const parts = [...database.tables.flatMap((table) => table.parts), ...(database.archive?.rows ?? [])];
  const hasEnds = manifest.format > 1;
  const rowsOf = new Map(parts.map(({ file, rows }) => [file, rows] as const));
  const collectionOf = new Map(documents.map((collection) => [collection.file, collection]));
  const contents = new Map<string, KeptObject>();
  // Where the index cannot be read to its end no file of a content counts as unknown.
  let areContentsKnown = false;
  /** Of encrypted contents, by what everybody can read. */
  let listed: ReadonlySet<string> = new Set();
  const readFile = async (file: SnapshotFile) => {
    const collection = collectionOf.get(file.path);
    if (file.path === encryption?.contents.file) listed = await readContents(snapshot, encryption.contents);
    else if (trusted.has(file.path)) return;
    else if (file.path === encryption?.key || !snapshot.isOpen)
      for await (const _ of snapshot.readPacked(file.path));
    else if (file.path === encryption?.details) await readDetails(snapshot);
    else if (collection) await readCollection(snapshot, collection, () => undefined);
    else if (file.path === manifest.settings) await readSettings(snapshot);
    else if (file.path === keys?.file) await readKeys(snapshot, () => undefined);
    else if (file.path === objects.index) {
      for await (const object of indexLines(snapshot)) {
        const name = contentPath(object);
        const same = contents.get(name);
        if (same && (same.size !== object.size || same.sha256 !== object.sha256))
          throw otherContent(objects.index);
        contents.set(name, object);
      }
      areContentsKnown = true;
    } else if (rowsOf.has(file.path)) await readRows(snapshot, file, rowsOf.get(file.path) ?? 0, hasEnds);
    else if (file.path === database.archive?.contents) await readWhole(snapshot, file, largestContents);
    else await readWhole(snapshot, file, largestMetadata);
  };
  await forEachConcurrently(files, readersAtOnce, (file) =>
    collect(async () => {
      await readFile(file);
      read(file.bytes);
    }),
  );
  await forEachConcurrently(contents.values(), readersAtOnce, (object) =>
    collect(async () => {
      if (trusted.has(contentPath(object))) return;
      for await (const _ of readContentFile(snapshot, object));
      read(object.size);
    }),
  );
  const listedNames = new Map([...listed].map((hash) => [encryptedPath(hash), hash]));
  const unread = [...listedNames].filter(([name]) => !contents.has(name));
  if (!snapshot.isOpen) {
    areContentsKnown = listed.size > 0 || objects.count === 0;
    await forEachConcurrently(unread, readersAtOnce, ([name, hash]) =>
      collect(async () => {
        if (trusted.has(name)) return;
        await snapshot.compareContent(name, hash);
        read(0);
      }),
    );
  } else if (encryption && areContentsKnown && (unread.length > 0 || contents.size !== listed.size))
    await collect(() => Promise.reject(otherContent(encryption.contents.file)));
  const present = new Set(files.map((file) => file.path));
  for (const name of [manifestName, ...proofNames, ...contents.keys(), ...listedNames.keys()])
    present.add(name);
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

/**
 * Counts the rows of a file of COPY.
 * @param hasEnd whether a line of its own ends them
 * @throws TrainyardError SNAPSHOT_FILE_…, SNAPSHOT_COUNT_DIFFERS, as soon as there are too many
 */
async function readRows(
  snapshot: SnapshotReader,
  file: SnapshotFile,
  rows: number,
  hasEnd: boolean,
): Promise<void> {
  const ends = hasEnd ? 1 : 0;
  let [lines, inRow, end] = [0, 0, Buffer.alloc(0)];
  for await (const chunk of snapshot.read(file.path)) {
    const more = linesIn(chunk);
    lines += more;
    if (lines > rows + ends) throw otherCount(file.path, lines - ends, rows);
    inRow = more === 0 ? inRow + chunk.length : chunk.length - chunk.lastIndexOf('\n') - 1;
    if (inRow > largestRow) throw tooLarge(file.path, largestRow);
    end = Buffer.concat([end, chunk.subarray(-endOfRows.length)]).subarray(-endOfRows.length);
  }
  if (lines !== rows + ends) throw otherCount(file.path, lines - ends, rows);
  if (hasEnd && !end.equals(endOfRows)) throw otherContent(file.path);
}

/** What nothing of ours reads must still be whole, and no larger than it is written. */
async function readWhole(snapshot: SnapshotReader, file: SnapshotFile, mostBytes: number): Promise<void> {
  let bytes = 0;
  for await (const chunk of snapshot.read(file.path)) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge(file.path, mostBytes);
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
