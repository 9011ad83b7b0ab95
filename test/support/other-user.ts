import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from '../postgres/embedded/support.ts';

/** What another user tries: paths, socket addresses (a path, or a port of 127.0.0.1) and HTTP requests. */
export interface Attempts {
  readonly paths?: readonly string[];
  readonly sockets?: readonly (string | number)[];
  readonly requests?: readonly { url: string; method: string; headers: Record<string, string> }[];
}

export interface Successes {
  /** As `read /a/b`, `write /a/b`, `list /a`, `create in /a`. */
  readonly paths: readonly string[];
  /** Those that took the connection. */
  readonly sockets: readonly (string | number)[];
  /** The status of each request. */
  readonly requests: readonly number[];
}

const program = `
import { closeSync, constants, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
const { paths = [], sockets = [], requests = [] } = JSON.parse(await text(process.stdin));
const done = { paths: [], sockets: [], requests: [] };
const attempt = (what, act) => {
  try {
    act();
    done.paths.push(what);
  } catch (error) {
    if (!error.code) throw error;
  }
};
for (const path of paths) {
  attempt('list ' + path, () => readdirSync(path));
  attempt('create in ' + path, () => {
    closeSync(openSync(path + '/another-user', 'wx'));
    rmSync(path + '/another-user');
  });
  attempt('read ' + path, () => {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      readSync(descriptor, Buffer.alloc(1));
    } finally {
      closeSync(descriptor);
    }
  });
  attempt('write ' + path, () => closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)));
}
for (const address of sockets) {
  const took = await new Promise((resolve) => {
    const socket = connect(typeof address === 'number' ? { host: '127.0.0.1', port: address } : { path: address });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.unref();
  });
  if (took) done.sockets.push(address);
}
for (const { url, ...request } of requests) done.requests.push((await fetch(url, request)).status);
// A pipe takes what is long in pieces.
process.stdout.write(JSON.stringify(done), () => process.exit(0));
`;

/** Tries things as another user of the machine. Only root can. */
export async function tryAs(account: Account, attempts: Attempts): Promise<Successes> {
  // From a folder that anybody may read: the checkout may be closed to others.
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: '/',
    env: {},
    ...account,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stdin.end(JSON.stringify(attempts));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the other user's program ended with ${code}`);
  return JSON.parse(output);
}

/** A folder and all that is in it, however deep; no link is followed. */
export async function everythingIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return [folder, ...entries.map((entry) => path.join(folder, entry))];
}

/** A file of /proc; empty where its process has ended, or never had it. */
async function procFile(...names: readonly string[]): Promise<string> {
  return readFile(path.join('/proc', ...names), 'utf8').catch(() => '');
}

/** All processes that descend from one, it included, and those whose command line names one of the folders. */
export async function processTree(root: number, folders: readonly string[]): Promise<number[]> {
  const parents = new Map<number, number>();
  const named = new Set<number>([root]);
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    const status = await procFile(String(pid), 'status');
    parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
    const command = await procFile(String(pid), 'cmdline');
    if (pid !== process.pid && folders.some((folder) => command.includes(folder))) named.add(pid);
  }
  const descends = (pid: number): boolean =>
    named.has(pid) || (parents.has(pid) && descends(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(descends);
}

/** What processes have open: at which addresses they listen, and the files that they may write. */
export async function openedBy(
  pids: readonly number[],
): Promise<{ tcpPorts: number[]; tcpHosts: string[]; unixPaths: string[]; written: string[] }> {
  const inodes = new Set<string>();
  const written = new Set<string>();
  for (const pid of pids) {
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode) inodes.add(inode);
      const flags = Number.parseInt(
        /^flags:\s+(\d+)/m.exec(await procFile(String(pid), 'fdinfo', descriptor))?.[1] ?? '0',
        8,
      );
      if (target.startsWith('/') && !target.startsWith('/dev/null') && (flags & 3) !== 0) written.add(target);
    }
  }
  const rows = async (name: string) =>
    (await procFile('net', name))
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/));
  const listening = [...(await rows('tcp')), ...(await rows('tcp6'))].filter(
    (row) => row[3] === '0A' && inodes.has(row[9] ?? ''),
  );
  const bound = [...(await rows('udp')), ...(await rows('udp6'))].filter((row) => inodes.has(row[9] ?? ''));
  // A row of a listening Unix socket has the flag 00010000.
  const unix = (await rows('unix')).filter((row) => row[3] === '00010000' && inodes.has(row[6] ?? ''));
  const address = (row: readonly string[]) => row[1]?.split(':') ?? [];
  return {
    tcpPorts: [...listening, ...bound].map((row) => Number.parseInt(address(row)[1] ?? '', 16)),
    tcpHosts: [...new Set([...listening, ...bound].map((row) => address(row)[0] ?? ''))],
    unixPaths: unix.map((row) => row[7] ?? ''),
    written: [...written],
  };
}
