import { accessSync, constants } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { hasCode } from '../../../platform/error-code.ts';
import type { Check } from '../ports.ts';

const mebibyte = 1024 ** 2;
/** Below the first a PostgreSQL with parallel queries fails, below the second the loaders of a training do. */
const full = 16 * mebibyte;
const small = 256 * mebibyte;
const folder = '/dev/shm';

/** Shared memory on this machine; other systems than Linux have no such folder. */
export function sharedMemoryCheck(): Check {
  return {
    name: 'shared memory',
    run: async () => {
      if (process.platform !== 'linux') return [];
      try {
        accessSync(folder, constants.W_OK | constants.X_OK);
        const { bavail, blocks, bsize } = await statfs(folder);
        const free = bavail * bsize;
        const total = blocks * bsize;
        const inMebibytes = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;
        const evidence = `${inMebibytes(free)} / ${inMebibytes(total)} (${folder})`;
        const wanted = Math.max(1024, Math.ceil((2 * total) / mebibyte));
        const command = `sudo mount -o remount,size=${wanted}M ${folder}`;
        if (free < full) return [{ code: 'SHM_FULL', evidence, command }];
        return [total < small ? { code: 'SHM_SMALL', evidence, command } : { code: 'SHM_OK', evidence }];
      } catch (error) {
        if (!hasCode(error, 'ENOENT', 'EACCES', 'EROFS')) throw error;
        return [{ code: 'SHM_UNUSABLE', evidence: error.message }];
      }
    },
  };
}
