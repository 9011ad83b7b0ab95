import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findNode } from '../../bin/find-node.mjs';
import { cliFile, waitFor } from '../support/engine.ts';
import { type Address, RestError, rest } from '../support/rest.ts';
import type { RunDetail } from './ledger.ts';

interface Ready extends Address {
  readonly pid: number;
}

/** It may have printed why it does not start instead. */
function isReady(line: Partial<Ready> | null): line is Ready {
  return line?.pid !== undefined;
}

/** One state folder whose engine is killed and started again; calls go to whichever engine lives. */
export class Stage {
  readonly home: string;
  /** What the last engine wrote to standard error. */
  complaint = '';
  /** Variables for each engine that is not given its own, asked for at its start; such an engine may die at any time. */
  environment: () => NodeJS.ProcessEnv | undefined = () => undefined;
  private current: (Ready & { exited: Promise<unknown>; hasExited: () => boolean }) | null = null;

  constructor(home: string) {
    this.home = home;
  }

  /** Starts an engine; with a failpoint it may die at any time, even before it is ready, which answers null. */
  async start(environment = this.environment()): Promise<Address | null> {
    const child = spawn(findNode(), [cliFile, 'serve', '--port', '0', '--json', '--no-sample'], {
      env: { ...process.env, TRAINYARD_HOME: this.home, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.complaint = '';
    child.stderr.on(
      'data',
      (chunk: Buffer) => (this.complaint = (this.complaint + chunk.toString('utf8')).slice(-8000)),
    );
    const exited = once(child, 'exit');
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      exited.then(() => null),
    ]);
    const ready = line && (JSON.parse(String(line[0])) as Partial<Ready>);
    if (!isReady(ready)) {
      await exited;
      if (!environment) throw new Error(`the engine did not start: ${this.complaint}`);
      return null;
    }
    this.current = {
      ...ready,
      exited,
      hasExited: () => child.exitCode !== null || child.signalCode !== null,
    };
    return ready;
  }

  get engine(): Address {
    if (!this.current) throw new Error('no engine was started');
    return this.current;
  }

  get engineDied(): boolean {
    return this.current?.hasExited() ?? true;
  }

  /** SIGKILL, as a power cut would, and a new engine. */
  async killEngine(): Promise<void> {
    if (!this.current) throw new Error('no engine was started');
    process.kill(this.current.pid, 'SIGKILL');
    await this.current.exited;
    await this.start();
  }

  async stop(): Promise<void> {
    if (!this.current || this.engineDied) return;
    process.kill(this.current.pid, 'SIGTERM');
    await this.current.exited;
  }

  /** Starts an engine where there is none or the last one died. Answers whether it had. */
  async revive(): Promise<boolean> {
    if (!this.engineDied) return false;
    while (this.engineDied) await this.start();
    return true;
  }

  /** A call that is asked again of a new engine where the one asked died of it; the request must be harmless to repeat. */
  async ask<T>(method: string, address: string, body?: unknown): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await rest<T>(this.engine, method, address, body);
      } catch (error) {
        const isAway = error instanceof RestError && error.status === 503;
        if (tries > 200 || !(error instanceof TypeError || isAway)) throw error;
        // The connection broke because the engine died or is about to; or the database is being started again.
        await new Promise((resolve) => setTimeout(resolve, 50));
        await this.revive();
      }
    }
  }

  /** Sends an archive, again where the engine dies of it. Answers the upload's id. */
  async upload(name: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      try {
        const { url, token } = this.engine;
        const answer = await fetch(`${url}/files/uploads?name=${encodeURIComponent(name)}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
          body,
        });
        if (!answer.ok) throw new Error(`the upload was answered ${answer.status}: ${await answer.text()}`);
        return ((await answer.json()) as { uploadId: string }).uploadId;
      } catch (error) {
        if (!(error instanceof TypeError) || tries > 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
        await this.revive();
      }
    }
  }

  run(id: string): Promise<RunDetail> {
    return this.ask<RunDetail>('GET', `/runs/${id}`);
  }

  /** Waits for the run to be over, starting engines that are killed meanwhile. */
  async untilOver(id: string, timeoutMs = 240_000): Promise<RunDetail> {
    return waitFor(
      `the end of run ${id}`,
      async () => {
        await this.revive();
        const run = await this.run(id);
        return ['completed', 'failed', 'cancelled'].includes(run.status) && run;
      },
      timeoutMs,
    );
  }

  /** The pid of the newest attempt's trainer, or of its supervisor; null where it has none now. */
  async processOf(id: string, which: 'trainerPid' | 'pid'): Promise<number | null> {
    const newest = (await this.run(id)).attempts.at(-1);
    if (!newest || existsSync(path.join(newest.runDirectory, 'exit.json'))) return null;
    const file = path.join(newest.runDirectory, 'supervisor.json');
    if (!existsSync(file)) return null;
    const { [which]: pid } = JSON.parse(await readFile(file, 'utf8')) as Record<string, number>;
    return pid ?? null;
  }
}

/** SIGKILL to a process that may have gone already. Answers whether it was there. */
export function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
