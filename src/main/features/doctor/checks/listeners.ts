import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { runProgram } from './run-program.ts';

/** Whether a server could listen there; whatever else is in the way is thrown. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => {
      if (hasCode(error, 'EADDRINUSE')) resolve(false);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const listening = '0A';
const mayBeAway = ['ENOENT', 'EACCES', 'ESRCH', 'EPERM'];

/** Reads what may go away, or be closed to us, while we look. */
async function unlessAway<Value>(reading: Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    if (hasCode(error, ...mayBeAway)) return otherwise;
    throw error;
  }
}

/** The sockets that listen on a port, from the kernel's tables (proc(5), /proc/net/tcp): inode and account. */
async function socketsOn(port: number): Promise<{ inode: string; account: string }[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => unlessAway(readFile(file, 'utf8'), '')),
  );
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return tables
    .join('\n')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${wanted}`) && state === listening)
    .map((fields) => ({ account: fields[7] ?? '?', inode: fields[9] ?? '' }));
}

async function processOf(inodes: ReadonlySet<string>): Promise<string | null> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    const descriptors = await unlessAway(readdir(`/proc/${id}/fd`), []);
    for (const descriptor of descriptors) {
      const target = await unlessAway(readlink(`/proc/${id}/fd/${descriptor}`), '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (!inode || !inodes.has(inode)) continue;
      // Its program rather than its name, which is the main thread's, or its arguments, which may hold a secret.
      const program = await unlessAway(readlink(`/proc/${id}/exe`), '');
      return `${path.basename(program) || '?'}, process ${id}`;
    }
  }
  return null;
}

async function byListing(port: number): Promise<string | null> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fcp'];
  const answer = await runProgram('lsof', args, {
    environment: childEnvironment('program'),
    timeoutMs: 2_000,
  });
  if (answer.outcome !== 'ended') return null;
  const id = /^p(\d+)$/m.exec(answer.output)?.[1];
  return id ? `${/^c(.+)$/m.exec(answer.output)?.[1] ?? '?'}, process ${id}` : null;
}

/** Who listens on a port, as far as this account may see: `node, process 4711`, `account 0`, or null. */
export async function listenerOn(port: number): Promise<string | null> {
  if (process.platform === 'darwin') return byListing(port);
  if (process.platform !== 'linux') return null;
  const sockets = await socketsOn(port);
  const found = await processOf(new Set(sockets.map(({ inode }) => inode)));
  return found ?? (sockets[0] ? `account ${sockets[0].account}` : null);
}
