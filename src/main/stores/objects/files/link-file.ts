import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, open, realpath } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { hasCode } from '../../../platform/error-code.ts';

/** The SHA-256 of a file's bytes as they are now, in hex. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

const reasons: Readonly<Record<string, string>> = {
  EXDEV: 'it lies on another disk than the state folder',
  EPERM: 'its file system or the kernel’s protection of hard links forbids it',
  EACCES: 'this user may not link to it',
  EMLINK: 'it has too many links already',
  ENOTSUP: 'its file system has no hard links',
  ENOSYS: 'its file system has no hard links',
};

/**
 * Makes `name` stand for a file's bytes without copying them: a reflink where the disk has them (its bytes are its
 * own from then on), else a hard link (which sees what is written into the source later). Flushed and hashed.
 * @throws TrainyardError LINK_IMPOSSIBLE, SOURCE_CHANGED
 */
export async function linkFile(path: string, name: string, sha256: string): Promise<'reflink' | 'hard_link'> {
  // A hard link to a symbolic link would be another name of the link.
  const source = await realpath(path).catch((error: unknown) => {
    throw hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP') ? sourceChanged(path) : error;
  });
  const how = await copyFile(source, name, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE).then(
    () => 'reflink' as const,
    async (): Promise<'hard_link'> => {
      // Why no reflink could be made does not matter: the hard link's own error says what stands in the way.
      await link(source, name).catch((error: unknown) => {
        const code = Object.keys(reasons).find((known) => hasCode(error, known)) ?? '';
        throw new TrainyardError(
          'LINK_IMPOSSIBLE',
          `${source} can't be linked: ${reasons[code] ?? String(error)}`,
          'Import with mode "copy", or with "in_place", which leaves the files where they are.',
          { place: { file: source }, cause: error },
        );
      });
      return 'hard_link';
    },
  );
  await using handle = await open(name, 'r');
  await handle.sync();
  if ((await hashFile(name)) !== sha256) throw sourceChanged(source);
  return how;
}

/** A file that was written to between its check and its import. */
function sourceChanged(file: string): TrainyardError {
  return new TrainyardError(
    'SOURCE_CHANGED',
    `${file} was changed while it was being imported`,
    'Let whatever writes there finish, then import again.',
    { place: { file }, status: 409 },
  );
}
