import { constants, createReadStream } from 'node:fs';
import { copyFile, link, open, realpath } from 'node:fs/promises';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../../shared/errors/entry.ts';
import { codeOf, hasCode } from '../../../platform/error-code.ts';
import { sha256Of } from '../../../platform/sha256.ts';

const reasons: Readonly<Record<string, Bilingual>> = {
  EXDEV: { en: 'it lies on another disk than the state folder', ko: '상태 폴더와 다른 디스크에 있습니다' },
  EPERM: {
    en: 'its file system or the kernel’s protection of hard links forbids it',
    ko: '파일 시스템이나 커널의 하드 링크 보호가 막고 있습니다',
  },
  EACCES: { en: 'this user may not link to it', ko: '이 사용자는 링크할 수 없습니다' },
  EMLINK: { en: 'it has too many links already', ko: '이미 링크가 너무 많습니다' },
  ENOTSUP: { en: 'its file system has no hard links', ko: '파일 시스템에 하드 링크가 없습니다' },
  ENOSYS: { en: 'its file system has no hard links', ko: '파일 시스템에 하드 링크가 없습니다' },
};

/**
 * Makes `name` stand for a file's bytes without copying them: a reflink where the disk has them (its bytes are its
 * own from then on), else a hard link (which sees what is written into the source later). Flushed and hashed.
 * @throws TrainyardError LINK_IMPOSSIBLE, SOURCE_CHANGED
 */
export async function linkFile(path: string, name: string, sha256: string): Promise<void> {
  // A hard link to a symbolic link would be another name of the link.
  const source = await realpath(path).catch((error: unknown) => {
    throw hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP') ? sourceChanged(path) : error;
  });
  try {
    await copyFile(source, name, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
  } catch {
    // Why no reflink could be made does not matter: the hard link's own error says what stands in the way.
    await link(source, name).catch((error: unknown) => {
      const parameters = { file: source, cause: reasons[codeOf(error)] ?? String(error) };
      throw fault('LINK_IMPOSSIBLE', parameters, { place: { file: source }, cause: error });
    });
  }
  await using handle = await open(name, 'r');
  await handle.sync();
  if ((await sha256Of(createReadStream(name))) !== sha256) throw sourceChanged(source);
}

/** A file that was written to between its check and its import. */
const sourceChanged = (file: string) => fault('SOURCE_CHANGED', { file }, { place: { file } });
