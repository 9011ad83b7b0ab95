import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { errorMessage, TrainyardError } from '../../../shared/errors/error.ts';
import { fileFault, isFileError } from '../../platform/faults/file-faults.ts';
import { openPlainFile } from '../../platform/plain-file.ts';
import { hashing, sha256Of } from '../../platform/sha256.ts';
import {
  type CapsuleFile,
  type CapsuleManifest,
  capsuleEntry,
  capsuleManifestName,
  capsuleSchema,
} from './capsule-manifest.ts';

/** A line of it for each file: more would be no capsule of one project. */
const largestManifest = 512 * 1024 * 1024;

type Entry = NonNullable<ReturnType<typeof capsuleEntry>>;
export type CapsuleObject = Extract<Entry, { kind: 'object' }> & CapsuleFile;

export const capsuleDamaged = (file: string, reason: Bilingual | string, cause?: unknown) =>
  fault('CAPSULE_DAMAGED', { file, reason }, { place: { file }, cause });

/**
 * Reads all of a capsule, compares each file with the manifest, and puts its rows and documents into a folder.
 * @param folder there, and empty
 * @throws TrainyardError CAPSULE_DAMAGED, and what opening the file throws
 */
export async function readCapsule(
  file: string,
  folder: string,
): Promise<{ manifest: CapsuleManifest; objects: readonly CapsuleObject[] }> {
  for (const name of ['rows', 'documents']) await mkdir(path.join(folder, name), { mode: 0o700 });
  const found = new Map<string, CapsuleFile & { entry: Entry }>();
  let manifest: CapsuleManifest | null = null;
  await eachEntry(file, async (name, size, body) => {
    if (manifest || found.has(name))
      throw capsuleDamaged(name, {
        en: 'it is there twice, or behind the manifest',
        ko: '두 번 나오거나 manifest.json 뒤에 있습니다',
      });
    if (name === capsuleManifestName) {
      manifest = await parseManifest(size, body);
      return;
    }
    const entry = capsuleEntry(name);
    if (!entry) throw capsuleDamaged(name, { en: 'no capsule has one', ko: '캡슐에 없는 파일입니다' });
    let sha256 = '';
    if (entry.kind === 'object') sha256 = await sha256Of(body);
    else {
      const hashed = hashing(body, (hash) => {
        sha256 = hash;
      });
      await pipeline(
        hashed,
        createWriteStream(path.join(folder, entry.kind, entry.name), { flags: 'wx', mode: 0o600 }),
      );
    }
    found.set(name, { path: name, bytes: size, sha256, entry });
  });
  if (!manifest)
    throw capsuleDamaged(capsuleManifestName, {
      en: 'it is missing: a part of the capsule is',
      ko: '없습니다. 캡슐의 일부가 빠졌습니다',
    });
  const whole: CapsuleManifest = manifest;
  compare(whole, found);
  return {
    manifest: whole,
    objects: [...found.values()].flatMap(({ entry, ...described }) =>
      entry.kind === 'object' ? [{ ...entry, ...described }] : [],
    ),
  };
}

function compare({ files }: CapsuleManifest, found: ReadonlyMap<string, CapsuleFile>): void {
  for (const { path: name, bytes, sha256 } of files) {
    const there = found.get(name);
    if (!there) throw capsuleDamaged(name, { en: 'it is missing', ko: '없습니다' });
    if (there.bytes !== bytes || there.sha256 !== sha256)
      throw capsuleDamaged(name, {
        en: 'its content is not what was written',
        ko: '내용이 내보냈을 때와 다릅니다',
      });
  }
  const named = new Set(files.map((one) => one.path));
  for (const name of found.keys())
    if (!named.has(name))
      throw capsuleDamaged(name, { en: 'the manifest does not name it', ko: 'manifest.json에 없습니다' });
}

async function parseManifest(size: number, body: AsyncIterable<Buffer>): Promise<CapsuleManifest> {
  try {
    if (size > largestManifest) throw new Error(`it has ${size} bytes`);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return capsuleSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (error) {
    throw capsuleDamaged(
      capsuleManifestName,
      {
        en: 'it is no manifest of a capsule that this version knows',
        ko: '이 버전에서 읽을 수 있는 캡슐의 manifest.json이 아닙니다',
      },
      error,
    );
  }
}

/** Gives each file of a capsule to `use`, which reads it to its end. @throws TrainyardError CAPSULE_DAMAGED where it is no tar, or ends within one */
export async function eachEntry(
  file: string,
  use: (name: string, size: number, body: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const { extract } = await import('tar-stream');
  const unpacking = extract();
  try {
    await using handle = await openPlainFile(file);
    if (!handle) throw capsuleDamaged(file, { en: 'it is no file', ko: '파일이 아닙니다' });
    const flowing = pipeline(
      handle.createReadStream({ autoClose: false }),
      unpacking as unknown as NodeJS.WritableStream,
    );
    // Whoever reads the entries gets the error as well.
    flowing.catch(() => undefined);
    for await (const entry of unpacking) {
      const { name, type, size = 0 } = entry.header;
      if (type !== 'file') throw capsuleDamaged(name, { en: 'it is no file', ko: '파일이 아닙니다' });
      await use(name, size, entry as AsyncIterable<Buffer>);
      entry.resume();
    }
    await flowing;
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    if (isFileError(error)) throw fileFault(error) ?? error;
    throw error instanceof Error && /tar|header|checksum|Unexpected end|Premature/i.test(error.message)
      ? capsuleDamaged(file, errorMessage(error), error)
      : error;
  } finally {
    unpacking.destroy();
  }
}
