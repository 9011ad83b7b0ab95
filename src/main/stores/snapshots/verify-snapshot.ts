import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { linesIn } from './database-part.ts';
import { readCollection } from './documents-part.ts';
import { readKeys } from './keys-part.ts';
import { type Manifest, manifestName } from './manifest.ts';
import { contentPath, indexLines, type KeptObject, readContentFile } from './objects-part.ts';
import { readSettings } from './settings-part.ts';
import { otherCount, readSnapshotFile } from './snapshot-files.ts';
import { proofName, readManifest } from './snapshot-folder.ts';

const readersAtOnce = 4;

/** Called now and then, with how many files were read so far. */
export type OnFiles = (done: number, bytes: number) => void;

/**
 * Reads all of a snapshot: every byte is compared with its hash, every file with what it must hold, and the folder with the manifest.
 * Answers everything that is wrong with it.
 */
export async function verifySnapshot(folder: string, onFiles: OnFiles): Promise<readonly TrainyardError[]> {
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
  await forEachConcurrently(files, readersAtOnce, (file) =>
    collect(async () => {
      const collection = collectionOf.get(file.path);
      if (collection) await readCollection(folder, collection, manifest, () => undefined);
      else if (file.path === manifest.settings) await readSettings(folder, manifest);
      else if (file.path === keys?.file) await readKeys(folder, manifest, () => undefined);
      else if (file.path === objects.index)
        for await (const object of indexLines(folder, manifest)) contents.set(object.sha256, object);
      else {
        let lines = 0;
        for await (const chunk of readSnapshotFile(folder, file)) lines += linesIn(chunk);
        const rows = rowsOf.get(file.path);
        if (rows !== undefined && rows !== lines) throw otherCount(file.path, lines, rows);
      }
      read(file.bytes);
    }),
  );
  await forEachConcurrently(contents.values(), readersAtOnce, (object) =>
    collect(async () => {
      for await (const _ of readContentFile(folder, object));
      read(object.size);
    }),
  );
  const present = new Set(files.map((file) => file.path));
  const named = [
    ...rowsOf.keys(),
    ...documents.flatMap(({ file, metadata }) => [file, metadata]),
    objects.index,
    manifest.settings,
  ];
  if (keys) named.push(keys.file);
  for (const name of named)
    if (!present.has(name))
      problems.push(fault('SNAPSHOT_FILE_MISSING', { file: name }, { place: { file: name } }));
  for (const name of [manifestName, proofName]) present.add(name);
  for (const sha256 of contents.keys()) present.add(contentPath(sha256));
  // An index that cannot be read names no contents: then none of them is unknown.
  const areContentsKnown = contents.size > 0 || objects.count === 0;
  for await (const name of filesBelow(folder, '')) {
    if (present.has(name) || (!areContentsKnown && name.startsWith('objects/'))) continue;
    problems.push(fault('SNAPSHOT_FILE_UNKNOWN', { file: name }, { place: { file: name } }));
  }
  return problems;
}

async function* filesBelow(folder: string, prefix: string): AsyncGenerator<string> {
  for (const entry of await readdir(path.join(folder, prefix), { withFileTypes: true })) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, name);
    else yield name;
  }
}
