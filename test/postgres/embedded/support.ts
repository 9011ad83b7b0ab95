import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { StartReport } from '../../../src/main/postgres/embedded/embedded-postgres.ts';

export interface Line {
  readonly report?: StartReport;
  readonly url?: string;
  readonly host?: string;
  readonly exit?: number;
  readonly stopped?: boolean;
}

/** An account to run a starter under, where the tests run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export class Starter {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  errors = '';
  private readonly lines: AsyncIterator<string>;

  constructor(
    home: string,
    options: { failpoint?: string; account?: Account; environment?: NodeJS.ProcessEnv } = {},
  ) {
    this.process = spawn(process.execPath, [path.join(import.meta.dirname, 'starter.ts'), home], {
      env: { ...process.env, TRAINYARD_FAILPOINT: options.failpoint ?? '', ...options.environment },
      ...options.account,
    });
    this.ended = once(this.process, 'close').then(([code, signal]) => ({ code, signal }));
    this.process.stderr.on('data', (chunk) => {
      this.errors += chunk;
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints. */
  async next(): Promise<Line> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`The starter ended: ${this.errors}`);
    return JSON.parse(value);
  }

  async ask(command: 'stop' | 'restart'): Promise<Line> {
    this.process.stdin.write(`${command}\n`);
    return this.next();
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it well, and its server. */
  async stop(): Promise<void> {
    await this.ask('stop');
    this.process.stdin.end();
    await this.ended;
  }
}

/** Starts the server of a state folder in a process of its own, and waits until it runs. */
export async function start(home: string, options: ConstructorParameters<typeof Starter>[1] = {}) {
  const starter = new Starter(home, options);
  const { report, url = '', host = '' } = await starter.next();
  if (!report) throw new Error('The starter said nothing of its server.');
  return { starter, report, url, host };
}

/** The processes whose command line names the folder, zombies left out. */
export function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        // It ended meanwhile.
        return false;
      }
    });
}

/** A state folder below a folder that other accounts can enter; whatever runs in it is ended, and it is removed, when disposed. */
export async function makeHome(name = 'home'): Promise<{ home: string; folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-test-'));
  await chmod(folder, 0o1777);
  const home = path.join(folder, name);
  return {
    home,
    folder,
    [Symbol.asyncDispose]: async () => {
      const area = areaOf(home);
      const left = () => [...processesOf(folder), ...processesOf(area)];
      const send = (signal: NodeJS.Signals) => {
        for (const pid of left()) process.kill(pid, signal);
      };
      // A server that is killed leaves its shared memory behind; told to quit it does not.
      send('SIGQUIT');
      send('SIGCONT');
      for (let tries = 0; tries < 100 && left().length > 0; tries += 1) await delay(20);
      send('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
      if (!area.startsWith(folder)) await rm(path.dirname(area), { recursive: true, force: true });
    },
  };
}

/** Where the server's files of a state folder lie. */
export function areaOf(home: string): string {
  const note = path.join(home, 'postgres.json');
  return existsSync(note)
    ? path.resolve(home, JSON.parse(readFileSync(note, 'utf8')).folder)
    : path.join(home, 'postgres');
}

/** Runs one statement on a server; its rows. */
export async function query(url: string, text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(url);
  client.on('error', () => {
    // The query says it too.
  });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
