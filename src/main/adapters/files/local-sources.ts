import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { TrainyardError } from '../../../shared/model/errors.ts';
import type { SourceLimits } from '../../domain/datasets/limits.ts';
import type { DatasetSource, DatasetSources } from '../../domain/datasets/ports.ts';
import { hasCode } from '../../error-code.ts';
import { FolderSource } from './folder-source.ts';
import { isInside } from './object-paths.ts';
import { readStart } from './read-start.ts';
import { TarSource } from './tar-source.ts';
import { ZipSource } from './zip-source.ts';

const archiveExtension = /\.(zip|tar|tgz|tar\.gz)$/i;
const tarSignature = { text: 'ustar', offset: 257 };

/** Folders, zip and tar files of this machine as datasets' sources. */
export class LocalSources implements DatasetSources {
  private readonly limits: SourceLimits;
  private readonly stateFolder: string;

  /** @param stateFolder the engine's own: nothing is imported out of it */
  constructor(limits: SourceLimits, stateFolder: string) {
    this.limits = limits;
    this.stateFolder = stateFolder;
  }

  async open(wanted: string): Promise<DatasetSource> {
    if (!path.isAbsolute(wanted)) throw notAbsolute(wanted);
    const real = await reach(wanted);
    const state = await realpath(this.stateFolder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return this.stateFolder;
      throw error;
    });
    if (isInside(state, real) || isInside(real, state)) throw isState(real);
    const found = await stat(real);
    if (found.isDirectory()) return new FolderSource(real);
    return this.openArchive(real, path.basename(real).replace(archiveExtension, ''));
  }

  async openUpload(file: string, name: string): Promise<DatasetSource> {
    return this.openArchive(await reach(file), path.basename(name).replace(archiveExtension, ''));
  }

  /** What an archive is says its beginning, not its name. */
  private async openArchive(file: string, name: string): Promise<DatasetSource> {
    const start = Buffer.from(await firstBytes(file));
    if (['PK\x03\x04', 'PK\x05\x06'].some((signature) => startsWith(start, signature))) {
      return new ZipSource(file, name, this.limits);
    }
    if (startsWith(start, '\x1f\x8b')) return new TarSource(file, name, true, this.limits);
    const { text, offset } = tarSignature;
    if (startsWith(start.subarray(offset), text)) return new TarSource(file, name, false, this.limits);
    throw noArchive(file);
  }
}

const startsWith = (bytes: Buffer, signature: string) =>
  bytes.subarray(0, signature.length).equals(Buffer.from(signature, 'latin1'));

async function firstBytes(file: string): Promise<Uint8Array> {
  let handle: FileHandle | null = null;
  try {
    if (!(await stat(file)).isFile()) throw noArchive(file);
    handle = await open(file, 'r');
    return await readStart(handle, 512);
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
    throw new TrainyardError(
      'PATH_NOT_FOUND',
      `There is nothing at ${wanted}`,
      'Check the path; it is looked up on the engine’s machine.',
      { place: { field: 'path' }, cause: error },
    );
  }
}

function notAbsolute(wanted: string): TrainyardError {
  return new TrainyardError(
    'PATH_NOT_ABSOLUTE',
    `The path ${wanted} is relative`,
    'Give the whole path, from the root of the engine’s machine on.',
    { place: { field: 'path' } },
  );
}

function isState(real: string): TrainyardError {
  return new TrainyardError(
    'STATE_FOLDER',
    `${real} is Trainyard’s own state folder, or holds it, or lies in it`,
    'Choose a folder or archive outside of it.',
    { place: { field: 'path' } },
  );
}

function unreadable(file: string, cause: unknown): TrainyardError {
  return new TrainyardError(
    'UNREADABLE_FILE',
    `The user that runs Trainyard may not read ${file}`,
    'Give that user the right to read it.',
    { place: { field: 'path' }, cause },
  );
}

function noArchive(file: string): TrainyardError {
  return new TrainyardError(
    'ARCHIVE_UNREADABLE',
    `${file} is neither a folder nor a zip, tar or tar.gz file`,
    'Give a folder, or pack the dataset as zip or tar.gz.',
    { place: { field: 'path' } },
  );
}
