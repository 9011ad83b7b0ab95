import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { type Bilingual, phrase } from '../../shared/errors/entry.ts';
import { childEnvironment } from './child-environment.ts';
import { hasCode } from './error-code.ts';
import { runProgram } from './run-program.ts';

const named = (program: string, id: string) =>
  phrase('{program} (process {id})', '{program}(프로세스 {id})', { program, id });

/** Whether a server could listen on a port of 127.0.0.1. @throws what else is in the way */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => (hasCode(error, 'EADDRINUSE', 'EACCES') ? resolve(false) : reject(error)));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens on a port. */
export interface PortHolder {
  /** `node (process 4711)`, or `a program of the account 0` where this account sees no more. */
  readonly program: Bilingual;
  readonly processId: number | null;
}

const listening = '0A';

/** Reads what may go away, or be closed to us, while we look. */
async function unlessAway<Value>(reading: Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ESRCH', 'EPERM', 'ENOTDIR')) return otherwise;
    throw error;
  }
}

/** The sockets that listen on a port, from the kernel's tables (proc(5), /proc/net/tcp). */
async function socketsOn(port: number): Promise<{ inode: string; account: string }[]> {
  const files = ['/proc/net/tcp', '/proc/net/tcp6'];
  const tables = await Promise.all(files.map((file) => unlessAway(readFile(file, 'utf8'), '')));
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(wanted) && state === listening)
    .map((fields) => ({ account: fields[7] ?? '?', inode: fields[9] ?? '' }));
}

async function processWith(inodes: ReadonlySet<string>): Promise<PortHolder | null> {
  const processes = (await unlessAway(readdir('/proc'), [])).filter((name) => /^\d+$/.test(name));
  for (const id of processes) {
    for (const descriptor of await unlessAway(readdir(`/proc/${id}/fd`), [])) {
      const target = await unlessAway(readlink(`/proc/${id}/fd/${descriptor}`), '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (!inode || !inodes.has(inode)) continue;
      // Its program rather than its name, which is the main thread's, or its arguments, which may hold a secret.
      const program = path.basename(await unlessAway(readlink(`/proc/${id}/exe`), '')) || '?';
      return { program: named(program, id), processId: Number(id) };
    }
  }
  return null;
}

async function byListing(port: number): Promise<PortHolder | null> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fcp'];
  const options = { environment: childEnvironment('program'), timeoutMs: 2_000 };
  const answer = await runProgram('lsof', args, options);
  if (answer.outcome !== 'ended') return null;
  const id = /^p(\d+)$/m.exec(answer.output)?.[1];
  const program = /^c(.+)$/m.exec(answer.output)?.[1] ?? '?';
  return id ? { program: named(program, id), processId: Number(id) } : null;
}

/** Who listens on a port, as far as this account may see; null if nobody is seen. */
export async function portHolder(port: number): Promise<PortHolder | null> {
  if (process.platform === 'darwin') return byListing(port);
  if (process.platform !== 'linux') return null;
  const sockets = (await socketsOn(port)).filter(({ inode }) => inode !== '0');
  const [first] = sockets;
  if (!first) return null;
  const found = await processWith(new Set(sockets.map(({ inode }) => inode)));
  const { account } = first;
  const program = phrase('a program of the account {account}', '계정 {account}의 프로그램', { account });
  return found ?? { program, processId: null };
}
