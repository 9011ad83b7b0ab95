import { createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { nullOn } from '../../platform/error-code.ts';
import { fileFault, isFileError } from '../../platform/faults/file-faults.ts';
import { packingOf } from '../../stores/snapshots/packing.ts';
import { openAside } from '../dataset/export-aside.ts';
import { type ExportTarget, placeFile, placeFolder, receive, writing } from '../dataset/export-target.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Where a text goes: to standard output, or to a file that is there whole or not at all. */
export interface PlainTarget {
  /** Absolute; null: standard output. */
  readonly file: string | null;
  readonly write: (body: AsyncIterable<Buffer>, cancelled: AbortSignal) => Promise<void>;
}

/**
 * @param name a file, packed by its end (`.gz`, `.zst`); `-` for standard output
 * @param force whether it may take the place of a file that is there
 * @throws TrainyardError EXPORT_FILE_TAKEN, EXPORT_NO_FILE
 */
export async function plainTarget(name: string, force: boolean): Promise<PlainTarget> {
  if (name === '-') return { file: null, write: toStandardOutput };
  const file = path.resolve(name);
  await refuseTaken(file, force);
  const target: ExportTarget = {
    path: file,
    write: async (aside, body) => {
      // Rows hold what is nobody else's.
      const written = createWriteStream(aside, { flags: 'wx', flush: true, mode: 0o600 });
      await writing(aside, written, pipeline(body, packingOf(file).pack(), written));
    },
    place: (aside) => (force ? rename(aside, file) : placeUntaken(aside, file)),
  };
  return {
    file,
    write: async (body, cancelled) => {
      try {
        await receive(target, Readable.from(body, { objectMode: false }), cancelled);
      } catch (error) {
        // Known here: beside a connection a file that is missing would count as a server that is.
        throw (isFileError(error) ? fileFault(error) : null) ?? error;
      }
    },
  };
}

async function refuseTaken(file: string, force: boolean): Promise<void> {
  const found = await lstat(file).catch(nullOn('ENOENT', 'ENOTDIR'));
  if (found?.isDirectory())
    throw fault('EXPORT_NO_FILE', { path: file, why: { en: 'it is a folder', ko: '폴더임' } });
  if (found && !force) throw fault('EXPORT_FILE_TAKEN', { path: file });
}

async function placeUntaken(aside: string, file: string): Promise<void> {
  try {
    await placeFile(aside, file);
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'EXPORT_TARGET_TAKEN') throw error;
    throw fault('EXPORT_FILE_TAKEN', { path: file }, { cause: error });
  }
}

/**
 * Fills a folder that is missing or empty, which is there whole or not at all.
 * @throws TrainyardError EXPORT_FOLDER_TAKEN
 */
export async function fillFolder<Result>(
  name: string,
  fill: (aside: string) => Promise<Result>,
): Promise<{ folder: string; result: Result }> {
  const folder = path.resolve(name);
  await refuseFilled(folder);
  await using aside = await openAside(folder);
  try {
    const result = await fill(aside.content);
    await placeFolder(aside.content, folder);
    return { folder, result };
  } catch (error) {
    throw (isFileError(error) ? fileFault(error) : null) ?? error;
  }
}

/**
 * Makes a file, with a folder beside it for what is on its way, which goes with it.
 * @param make answers where in the folder the file is
 * @throws TrainyardError EXPORT_FILE_TAKEN, EXPORT_NO_FILE
 */
export async function makeFile<Result extends { readonly file: string }>(
  name: string,
  force: boolean,
  make: (folder: string) => Promise<Result>,
): Promise<{ file: string; result: Result }> {
  const file = path.resolve(name);
  await refuseTaken(file, force);
  await using aside = await openAside(file);
  try {
    await mkdir(aside.content, { mode: 0o700 });
    const result = await make(aside.content);
    await (force ? rename(result.file, file) : placeUntaken(result.file, file));
    return { file, result };
  } catch (error) {
    throw (isFileError(error) ? fileFault(error) : null) ?? error;
  }
}

async function refuseFilled(folder: string): Promise<void> {
  const found = await lstat(folder).catch(nullOn('ENOENT', 'ENOTDIR'));
  if (found && (!found.isDirectory() || (await readdir(folder)).length > 0))
    throw fault('EXPORT_FOLDER_TAKEN', { path: folder });
}

async function toStandardOutput(body: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
  await pipeline(body, process.stdout, { signal, end: false });
}

/** Ctrl-C ends it, and nothing of it is kept. @throws TrainyardError EXPORT_CANCELLED */
export async function cancellable<Result>(
  work: (cancelled: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController();
  const cancel = () => abort.abort();
  for (const signal of signals) process.once(signal, cancel);
  try {
    return await work(abort.signal);
  } catch (error) {
    if (abort.signal.aborted) throw fault('EXPORT_CANCELLED', {}, { cause: error });
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, cancel);
  }
}
