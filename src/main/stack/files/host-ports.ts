import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hasCode } from '../../platform/error-code.ts';
import type { HostPorts } from '../machine.ts';

/** What another user's process, or one that has just ended, does not tell. */
const untold = ['EACCES', 'EPERM', 'ENOENT', 'ESRCH', 'ENOTDIR'] as const;

async function unlessUntold<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, ...untold)) return null;
    throw error;
  }
}

/** The sockets that listen on a port, by the numbers that the kernel gives them. */
async function listeners(port: number): Promise<Set<string>> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const rows = ((await unlessUntold(readFile(table, 'utf8'))) ?? '').split('\n').slice(1);
    for (const row of rows) {
      const [, local = '', , state, , , , , , inode = '0'] = row.trim().split(/\s+/);
      if (state === '0A' && local.endsWith(`:${wanted}`) && inode !== '0') inodes.add(inode);
    }
  }
  return inodes;
}

async function holdsOne(process: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = (await unlessUntold(readdir(`/proc/${process}/fd`))) ?? [];
  for (const descriptor of descriptors) {
    const target = await unlessUntold(readlink(`/proc/${process}/fd/${descriptor}`));
    const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
    if (inode && inodes.has(inode)) return true;
  }
  return false;
}

/** The ports of this machine, and who listens on them as far as Linux tells (`/proc`). */
export const hostPorts: HostPorts = {
  isFree: (port) =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.on('error', (error) =>
        hasCode(error, 'EADDRINUSE', 'EACCES') ? resolve(false) : reject(error),
      );
      server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
    }),

  holder: async (port) => {
    const inodes = await listeners(port);
    if (inodes.size === 0) return null;
    const processes = ((await unlessUntold(readdir('/proc'))) ?? []).filter((name) => /^\d+$/.test(name));
    for (const process of processes) {
      if (!(await holdsOne(process, inodes))) continue;
      const name = ((await unlessUntold(readFile(`/proc/${process}/comm`, 'utf8'))) ?? 'a program').trim();
      return `${name} (process ${process})`;
    }
    return null;
  },
};
