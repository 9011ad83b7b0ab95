import { createWriteStream } from 'node:fs';
import { link, lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fault } from '../../../shared/errors/catalogue.ts';
import { formatBytes } from '../../../shared/format/units.ts';
import { checkPath } from '../../features/datasets/names.ts';
import { aboutFile, hasCode, nullOn } from '../../platform/error-code.ts';
import { diskRoom } from '../../platform/faults/disk-room.ts';
import { openAside } from './export-aside.ts';

/** More folders in one another than an export has. */
const deepest = 200;

/** Where an export goes: it is written aside, and is there whole or not at all. */
export interface ExportTarget {
  /** Absolute. */
  readonly path: string;
  /** Writes the tar, or what is in it. A failure of the disk names the file. */
  readonly write: (aside: string, tar: Readable) => Promise<void>;
  /** Puts what was written in its place. */
  readonly place: (aside: string) => Promise<void>;
}

/** @param path absolute @throws TrainyardError EXPORT_TARGET_TAKEN */
export async function exportTarget(target: string): Promise<ExportTarget> {
  const found = await lstat(target).catch(nullOn('ENOENT'));
  if (/\.tar$/i.test(target) && !found?.isDirectory()) {
    if (found) throw taken(target);
    return { path: target, write: writeTar, place: (aside) => placeFile(aside, target) };
  }
  if (found && !found.isDirectory())
    throw taken(target, { en: ' and is no folder', ko: '. 폴더가 아닙니다' });
  if (found && (await readdir(target)).length > 0) throw notEmpty(target);
  return { path: target, write: unpack, place: (aside) => placeFolder(aside, target) };
}

/** @param bytes of the tar, which is a little more than what is in it @throws TrainyardError EXPORT_DOES_NOT_FIT */
export async function checkFits({ path: target }: ExportTarget, bytes: number): Promise<void> {
  const { path: disk, freeBytes, totalBytes } = await diskRoom(path.dirname(target));
  if (bytes <= freeBytes) return;
  const [free, total] = [formatBytes(freeBytes), formatBytes(totalBytes)];
  const parameters = { bytes: formatBytes(bytes), disk, free, total };
  throw fault('EXPORT_DOES_NOT_FIT', parameters, { place: { field: 'to' } });
}

/** For a write whose source was taken away to notice it. */
const settleWithinMs = 500;

/**
 * Writes a tar to a target; what is not whole is removed again.
 * @param cancelled ends it at once, whatever the streams between make of it
 * @throws what reading the tar and writing to the disk throw; the reason of `cancelled`
 */
export async function receive(
  { path: target, write, place }: ExportTarget,
  tar: Readable,
  cancelled: AbortSignal,
): Promise<void> {
  await using aside = await openAside(target);
  let written = Promise.resolve();
  try {
    cancelled.throwIfAborted();
    const cut = Promise.withResolvers<never>();
    cancelled.addEventListener('abort', () => cut.reject(cancelled.reason), { once: true });
    written = write(aside.content, tar);
    await Promise.race([written, cut.promise]);
    await place(aside.content);
  } catch (error) {
    tar.destroy();
    await Promise.race([written.catch(() => undefined), delay(settleWithinMs)]);
    throw error;
  }
}

const taken = (target: string, what: { en: string; ko: string } | '' = '') =>
  fault('EXPORT_TARGET_TAKEN', { path: target, what }, { place: { field: 'to' } });
const notEmpty = (target: string) =>
  taken(target, { en: ' and is not empty', ko: '. 비어 있지 않은 폴더입니다' });

async function writeTar(aside: string, tar: Readable): Promise<void> {
  const file = createWriteStream(aside, { flags: 'wx', flush: true });
  await writing(aside, file, pipeline(tar, file));
}

/** Waits for the end of a write; what the disk refused names the file, and comes before what it led to. */
export async function writing(
  name: string,
  file: NodeJS.WritableStream,
  written: Promise<void>,
): Promise<void> {
  let refused: unknown = null;
  file.on('error', (error) => {
    if (hasCode(error, 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR')) return;
    refused ??= aboutFile(name, error);
  });
  try {
    await written;
  } catch (error) {
    throw refused ?? error;
  }
}

async function unpack(aside: string, tar: Readable): Promise<void> {
  const { extract } = await import('tar-stream');
  await mkdir(aside);
  const folders = new Set<string>([aside]);
  const unpacking = extract();
  const flowing = pipeline(tar, unpacking as unknown as NodeJS.WritableStream);
  // The loop below throws the same error.
  flowing.catch(() => undefined);
  for await (const entry of unpacking) {
    const { name, type } = entry.header;
    const checked = checkPath(name, deepest);
    if (type !== 'file' || checked.kind !== 'path') throw new Error(`the file name "${name}" can't be used`);
    const file = path.join(aside, ...checked.segments);
    const folder = path.dirname(file);
    if (!folders.has(folder)) await mkdir(folder, { recursive: true });
    folders.add(folder);
    const stream = createWriteStream(file, { flags: 'wx' });
    await writing(file, stream, pipeline(entry as AsyncIterable<Uint8Array>, stream));
  }
  await flowing;
}

/** A link is never made in the place of a file that came meanwhile; not every file system has them. */
export async function placeFile(aside: string, target: string): Promise<void> {
  try {
    await link(aside, target);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw taken(target);
    if (await lstat(target).catch(nullOn('ENOENT'))) throw taken(target);
    await rename(aside, target);
  }
}

/** A folder takes the place of one that is missing or empty, and of no other. */
export async function placeFolder(aside: string, target: string): Promise<void> {
  try {
    if (process.platform === 'win32') await rmdir(target).catch(nullOn('ENOENT'));
    await rename(aside, target);
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw notEmpty(target);
    throw error;
  }
}
