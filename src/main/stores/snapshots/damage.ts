import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { codeOf, hasCode } from '../../platform/error-code.ts';
import { AgeFileError } from './age-files.ts';

/** The error of a file that cannot be used. */
export const damaged = (name: string, reason: Bilingual | string, cause?: unknown) =>
  fault(
    'SNAPSHOT_FILE_DAMAGED',
    { file: name, reason },
    { place: { file: name }, ...(cause === undefined ? {} : { cause }) },
  );

/** The error of a file whose bytes are others than were written. */
export const otherContent = (name: string) =>
  damaged(name, { en: 'its content is not what was written', ko: '내용이 저장했을 때와 다릅니다' });

/** The error of a file that holds more than anything that is written there. */
export const tooLarge = (name: string, most: number) =>
  damaged(name, {
    en: `it holds more than ${most} bytes in one piece`,
    ko: `한 덩어리가 ${most}바이트를 넘습니다`,
  });

/** What reading a file of a snapshot met, as a fault of that file where it is one. */
export function asDamage(name: string, error: unknown): unknown {
  if (hasCode(error, 'ENOENT', 'ENOTDIR'))
    return fault('SNAPSHOT_FILE_MISSING', { file: name }, { place: { file: name }, cause: error });
  if (hasCode(error, 'EACCES', 'EPERM'))
    return fault('SNAPSHOT_FILE_UNREADABLE', { file: name }, { place: { file: name }, cause: error });
  if (error instanceof AgeFileError)
    return damaged(
      name,
      {
        en: 'it cannot be decrypted: it was changed or cut off, or is for another key',
        ko: '복호화할 수 없습니다. 내용이 바뀌었거나 잘렸거나 다른 키로 암호화되었습니다',
      },
      error,
    );
  if (/^(Z_|ZSTD_|ERR_ZSTD|ERR_BUFFER_TOO_LARGE|EISDIR|EIO$|ELOOP$)/.test(codeOf(error)))
    return damaged(name, error instanceof Error ? error.message : String(error), error);
  return error;
}

/** The error of a file that holds another number of things than the manifest says. */
export const otherCount = (name: string, found: number, expected: number) =>
  fault('SNAPSHOT_COUNT_DIFFERS', { file: name, found, expected }, { place: { file: name } });
