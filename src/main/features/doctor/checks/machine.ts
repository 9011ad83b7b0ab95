import { accessSync, constants } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem, totalmem } from 'node:os';
import { hasCode } from '../../../platform/error-code.ts';
import type { Observation } from '../findings.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;
/** What PostgreSQL, the engine and a small training take together. */
const needed = gibibyte;

/** Memory that a training could have: the machine's, or the container's where that is less. */
export function checkMemory(available = Math.min(freemem(), process.availableMemory())): Observation[] {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  const evidence = `${(available / gibibyte).toFixed(1)} GiB / ${(total / gibibyte).toFixed(1)} GiB`;
  return [{ code: available < needed ? 'MEMORY_LOW' : 'MEMORY_OK', evidence }];
}

/** Listens on a free port for a moment. */
export function checkPort(host = '127.0.0.1'): Promise<Observation[]> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error) => resolve([{ code: 'PORT_UNBINDABLE', evidence: error.message }]));
    server.listen(0, host, () => {
      const address = server.address();
      const evidence = `${host}:${typeof address === 'object' && address ? address.port : '?'}`;
      server.close(() => resolve([{ code: 'PORT_OK', evidence }]));
    });
  });
}

const sharedMemory = '/dev/shm';
/** Below the first a PostgreSQL with parallel queries fails, below the second the loaders of a training do. */
const full = 16 * mebibyte;
const small = 256 * mebibyte;

/** Shared memory on this machine; other systems than Linux have no such folder. */
export async function checkSharedMemory(): Promise<Observation[]> {
  if (process.platform !== 'linux') return [];
  try {
    accessSync(sharedMemory, constants.W_OK | constants.X_OK);
    const { bavail, blocks, bsize } = await statfs(sharedMemory);
    const [free, total] = [bavail * bsize, blocks * bsize];
    const inMebibytes = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;
    const evidence = `${inMebibytes(free)} / ${inMebibytes(total)} (${sharedMemory})`;
    const wanted = Math.max(1024, Math.ceil((2 * total) / mebibyte));
    const command = `sudo mount -o remount,size=${wanted}M ${sharedMemory}`;
    if (free < full) return [{ code: 'SHM_FULL', evidence, command }];
    return [total < small ? { code: 'SHM_SMALL', evidence, command } : { code: 'SHM_OK', evidence }];
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EACCES', 'EROFS')) throw error;
    return [{ code: 'SHM_UNUSABLE', evidence: error.message }];
  }
}
