import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import { hasCode, nullOn } from '../../../platform/error-code.ts';
import { isInside } from '../../../platform/paths.ts';
import type { FindBucketArchive } from '../bucket-archive.ts';
import type { SourceLimits } from '../limits.ts';
import { automatic, type Reading } from '../reading.ts';
import { type DatasetSource, EntryFault, type OpenSource } from '../source.ts';
import { archiveExtension, kindBytes, kindOf, noArchive } from './archive-kinds.ts';
import { folderSource } from './folder-source.ts';
import { forbidden } from './read-faults.ts';
import { readStart } from './read-start.ts';
import { findZipEnd } from './zip-end.ts';

/**
 * How folders, zip and tar files of this machine, and what lies in buckets, are opened as datasets' sources.
 * @param stateFolder the engine's own: nothing but an upload is imported out of it
 * @param s3 the profile's own server; null where it has none
 */
export function sourcesOf(
  limits: SourceLimits,
  stateFolder: string,
  s3: S3Endpoint | null = null,
): OpenSource {
  return async ({ path: wanted, uploadName }, reading = automatic) => {
    if (uploadName !== null)
      return openArchive(await reach(wanted), path.basename(uploadName), reading, limits);
    // What speaks to such servers is loaded with the first one.
    if (wanted.startsWith('s3://')) return (await import('./s3-source.ts')).openS3Source(wanted, reading, s3);
    if (!path.isAbsolute(wanted)) throw fault('PATH_NOT_ABSOLUTE', { path: wanted });
    const real = await reach(wanted);
    const state = (await realpath(stateFolder).catch(nullOn('ENOENT'))) ?? stateFolder;
    if (isInside(state, real) || isInside(real, state)) throw fault('STATE_FOLDER', { path: real });
    if ((await stat(real)).isDirectory()) return folderSource(real);
    return openArchive(real, path.basename(real), reading, limits);
  };
}

/** How the archives are found that are single objects of a bucket. @param s3 as of {@link sourcesOf} */
export function bucketArchivesOf(s3: S3Endpoint | null = null): FindBucketArchive {
  return async (place, reading) =>
    place.startsWith('s3://') ? (await import('./s3-archive.ts')).findS3Archive(place, reading, s3) : null;
}

/** What an archive is says its beginning, not its name. @param called what its owner calls it */
async function openArchive(
  file: string,
  called: string,
  { namesEncoding }: Reading,
  limits: SourceLimits,
): Promise<DatasetSource> {
  const start = await firstBytes(file, called);
  const name = called.replace(archiveExtension, '');
  const kind = kindOf(start) ?? ((await hasZipEnd(file)) ? 'zip' : null);
  if (kind === null) throw noArchive(called, start);
  // What reads archives is loaded with the first one.
  if (kind === 'zip') return (await import('./zip-source.ts')).zipSource(file, name, limits, namesEncoding);
  return (await import('./tar-source.ts')).tarSource(file, name, kind, limits, namesEncoding);
}

/** A zip behind other bytes, as in a program that unpacks itself, is known by its end. */
async function hasZipEnd(file: string): Promise<boolean> {
  await using handle = await open(file, 'r');
  try {
    await findZipEnd(handle, (await handle.stat()).size);
    return true;
  } catch (error) {
    if (error instanceof EntryFault) return error.problem.code !== 'ARCHIVE_TRUNCATED';
    throw error;
  }
}

async function firstBytes(file: string, called: string): Promise<Buffer> {
  let handle: FileHandle | null = null;
  try {
    if (!(await stat(file)).isFile()) throw noArchive(called);
    handle = await open(file, 'r');
    return await readStart(handle, kindBytes);
  } catch (error) {
    throw hasCode(error, 'EACCES', 'EPERM') ? unreadable(file, error) : error;
  } finally {
    await handle?.close();
  }
}

async function reach(wanted: string): Promise<string> {
  try {
    return await realpath(wanted);
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM')) throw unreadable(wanted, error);
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE')) throw error;
    throw fault('PATH_NOT_FOUND', { path: wanted }, { cause: error });
  }
}

function unreadable(file: string, cause: unknown): TrainyardError {
  return fault('UNREADABLE_FILE', { file, ...forbidden }, { cause });
}
