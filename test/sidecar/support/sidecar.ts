import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Event {
  readonly seq: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A run directory for a script in a folder. */
export function prepareRun(directory: string, working: string): void {
  mkdirSync(directory, { recursive: true });
  mkdirSync(working, { recursive: true });
  writeFileSync(
    path.join(directory, 'config.json'),
    JSON.stringify({ protocol: 1, script: { folder: working } }),
  );
}

/** What stands in `events.jsonl`, whose numbers have no gap. */
export function eventsOf(directory: string): Event[] {
  const lines = readFileSync(path.join(directory, 'events.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line, at) => {
    const event: Event = JSON.parse(line);
    if (event.seq !== at + 1) throw new Error(`line ${at + 1} has the number ${event.seq}`);
    return event;
  });
}

const program = path.resolve(import.meta.dirname, '../../../resources/trainers/sidecar/main.ts');

/** The sidecar, started in a run directory. */
export class SidecarProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  /** Once the script may start. */
  readonly ready: Promise<unknown>;
  readonly exited: Promise<unknown[]>;
  #errors = '';

  constructor(directory: string) {
    this.child = spawn(process.execPath, [program, directory], { stdio: 'pipe' });
    this.child.stderr?.on('data', (chunk) => {
      this.#errors += chunk;
    });
    this.child.stdin?.on('error', () => {});
    this.exited = once(this.child, 'exit');
    this.ready = Promise.race([once(this.child.stdout as NodeJS.ReadableStream, 'data'), this.exited]);
  }

  /** Says how the script ended; the sidecar's own exit code. */
  async finish(ending: { exitCode: number | null; signal: string | null; cause: string }): Promise<unknown> {
    this.child.stdin?.write(`${JSON.stringify(ending)}\n`);
    const [code] = await this.exited;
    if (code !== 0) throw new Error(`the sidecar ended with ${code}: ${this.#errors}`);
    return code;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

export const endedWell = { exitCode: 0, signal: null, cause: 'exited' };
