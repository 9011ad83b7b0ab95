import { accessSync, constants, type StatsFs, statfsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { formatBytes } from '../../../shared/format/units.ts';
import type { DiskRoom } from '../../../shared/model/disk.ts';
import { hasCode } from '../error-code.ts';

const spentBytes = 1024 ** 2;
const notThere = ['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG', 'ELOOP'] as const;

/** The nearest folder above a path that is there; the path itself where it is one. */
function existingFolder(file: string): string {
  for (let folder = path.resolve(file); ; folder = path.dirname(folder)) {
    if (folder === path.dirname(folder)) return folder;
    try {
      if (statSync(folder).isDirectory()) return folder;
    } catch (error) {
      if (!hasCode(error, ...notThere)) throw error;
    }
  }
}

/** Where the file system of a folder is mounted: the last folder upwards on the same device. */
function mountOf(folder: string): string {
  const { dev } = statSync(folder);
  for (let mount = folder; ; mount = path.dirname(mount)) {
    const above = path.dirname(mount);
    if (above === mount || statSync(above).dev !== dev) return mount;
  }
}

/** File systems that count their files (not all do) can be out of them with bytes to spare. */
function roomIn(mount: string, { bavail, blocks, bsize, ffree, files }: StatsFs): DiskRoom {
  const isOutOfFiles = files > 0 && ffree < 16;
  return { path: mount, freeBytes: isOutOfFiles ? 0 : bavail * bsize, totalBytes: blocks * bsize };
}

/** Room on the file system that holds a path, which need not be there yet. */
export async function diskRoom(file: string): Promise<DiskRoom> {
  const folder = existingFolder(file);
  return roomIn(mountOf(folder), await statfs(folder));
}

/** Whether the file system of a path has nothing left to speak of: what failed there just now failed of that. */
export function isDiskSpent(file: string): boolean {
  return roomNow(file).freeBytes < spentBytes;
}

/** Whether the file system of a path, which need not be there, is mounted for reading only. */
export function isReadOnly(file: string): boolean {
  try {
    accessSync(existingFolder(file), constants.W_OK);
    return false;
  } catch (error) {
    return hasCode(error, 'EROFS');
  }
}

function roomNow(file: string): DiskRoom {
  const folder = existingFolder(file);
  return roomIn(mountOf(folder), statfsSync(folder));
}

function withRoom({ en, ko }: Bilingual, { path: mount, freeBytes, totalBytes }: DiskRoom): Bilingual {
  const [free, total] = [formatBytes(freeBytes), formatBytes(totalBytes)];
  return {
    en: `${en} (${mount}: ${free} of ${total} free)`,
    ko: `${ko}(${mount}: ${total} 중 ${free} 남음)`,
  };
}

const makeRoom = {
  en: 'there, or move the state folder to a larger disk. Waiting work then continues automatically.',
  ko: '상태 폴더를 더 큰 디스크로 옮겨도 됩니다. 공간이 생기면 기다리던 작업은 자동으로 계속됩니다.',
};

/** DISK_FULL for what would not fit, or is not begun on a full disk. @param how the hint's end */
export function noRoom(what: string | Bilingual, room: DiskRoom, how: Bilingual = makeRoom): TrainyardError {
  const subject = typeof what === 'string' ? { en: what, ko: what } : what;
  const parameters = { what: withRoom(subject, room), step: '', how };
  return fault('DISK_FULL', parameters, { place: { file: room.path } });
}

/** DISK_FULL for a write to `file` that found no space; null: it is not known where. @param how the hint's end */
export function diskFull(
  file: string | null,
  cause: unknown,
  isQuota = false,
  how: Bilingual = makeRoom,
): TrainyardError {
  const what = isQuota
    ? { en: 'Your disk quota is used up', ko: '할당된 디스크 용량을 다 썼습니다' }
    : { en: 'No space is left on the disk', ko: '디스크에 남은 공간이 없습니다' };
  const parameters = { step: '', how };
  if (file === null) return fault('DISK_FULL', { what, ...parameters }, { cause });
  const where = withRoom({ en: `${what.en} for ${file}`, ko: `${file}: ${what.ko}` }, roomNow(file));
  return fault('DISK_FULL', { what: where, ...parameters }, { place: { file }, cause });
}
