import { once } from 'node:events';
import { createWriteStream, rmSync, watch } from 'node:fs';
import { lstat, mkdir, opendir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { runLockHint } from '../../../../shared/errors/runs.ts';
import {
  cancelSchema,
  exitRecordSchema,
  supervisorRecordSchema,
} from '../../../../shared/model/run-directory.ts';
import { messageLines } from '../../../../shared/model/terminal-text.ts';
import { makeFolder, replaceFile } from '../../../platform/durable-file.ts';
import { hasCode, isDiskRefusal, isUnreachable } from '../../../platform/error-code.ts';
import { failpoint } from '../../../platform/failpoints.ts';
import { systemFault } from '../../../platform/faults/system-fault.ts';
import { acquireFileLock } from '../../../platform/file-lock.ts';
import { openPlainFile, readTail } from '../../../platform/plain-file.ts';
import { requireOwnFolder } from '../../../platform/state-folder.ts';
import { until } from '../../../platform/waiting.ts';
import type { Observation, RunDirectories, RunInputs } from '../ports.ts';
import { checkpointFault } from './checkpoint-fault.ts';
import { isSupervised, readRecord, recordFault } from './run-directory-records.ts';

const errorTailBytes = 32 * 1024;
const longestErrorLine = 2000;
/** Nothing notifies us when another engine is done with a directory. */
const lookEveryMs = 20;
const watched = new Set(['supervisor.json', 'exit.json']);

/** Waits until nobody else on this machine prepares the run directory. The lock file is beside it, because preparing empties it. */
async function prepareLock(runDirectory: string): Promise<Disposable & { remove(): void }> {
  const file = `${runDirectory}.lock`;
  const held = await until(() => acquireFileLock(file, runLockHint, 0), { firstMs: lookEveryMs });
  return { remove: () => rmSync(file, { force: true }), [Symbol.dispose]: () => held?.[Symbol.dispose]() };
}

/** Run directories below one folder, as docs/run-directory.md has them. */
export class FileRunDirectories implements RunDirectories {
  private readonly root: string;

  /** @param root absolute */
  constructor(root: string) {
    this.root = root;
  }

  folderOf(runId: string, attempt: number): string {
    if (!/^[0-9a-f-]{36}$/.test(runId)) throw new Error(`"${runId}" is no run's id`);
    return path.join(this.root, runId, String(attempt));
  }

  async prepare(
    runDirectory: string,
    config: Readonly<Record<string, unknown>>,
    inputs: RunInputs,
  ): Promise<void> {
    try {
      await makeFolder(runDirectory);
      using lock = await prepareLock(runDirectory);
      // Another engine of this machine was quicker, and its supervisor may be at work here.
      if ((await this.observe(runDirectory)).kind !== 'unprepared') return lock.remove();
      // Behind a link is nowhere that we may write.
      for (const folder of [path.dirname(runDirectory), runDirectory]) requireOwnFolder(folder);
      // Nothing of this attempt was begun: what is here is of a preparation that was killed, or another attempt's trainer put it here.
      for (const name of await readdir(runDirectory))
        await rm(path.join(runDirectory, name), { recursive: true, force: true });
      for (const folder of ['checkpoints', 'artifacts'])
        await mkdir(path.join(runDirectory, folder), { recursive: true, mode: 0o700 });
      failpoint('run-directory.dataset.before');
      await writePieces(path.join(runDirectory, 'dataset.jsonl'), asLines(inputs.lines));
      failpoint('run-directory.dataset.after');
      if (inputs.openAnnotations)
        await writePieces(path.join(runDirectory, 'annotations.jsonl'), await inputs.openAnnotations());
      if (inputs.container)
        replaceFile(
          path.join(runDirectory, 'container.json'),
          `${JSON.stringify(inputs.container, null, 2)}\n`,
        );
      // Written last: if config.json is there, everything is. It flushes the folder, and the other files' names with it.
      failpoint('run-directory.config.before');
      replaceFile(path.join(runDirectory, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
      failpoint('run-directory.config.after');
      // Others that wait for the lock, or make a new one, find the directory prepared.
      lock.remove();
    } catch (error) {
      if (isDiskRefusal(error)) throw systemFault(error) ?? error;
      if (!isUnreachable(error) && !hasCode(error, 'EISDIR', 'EEXIST')) throw error;
      throw fault(
        'RUN_DIRECTORY_UNWRITABLE',
        { path: runDirectory, code: error.code },
        { place: { file: runDirectory }, cause: error },
      );
    }
  }

  async askToStop(runDirectory: string, graceMs: number): Promise<void> {
    const asked = readRecord(runDirectory, 'cancel', cancelSchema);
    if (asked !== null && asked.graceMs <= graceMs) return;
    failpoint('run-directory.cancel.before');
    replaceFile(path.join(runDirectory, 'cancel'), `${JSON.stringify({ graceMs })}\n`);
    failpoint('run-directory.cancel.after');
  }

  async observe(runDirectory: string): Promise<Observation> {
    const supervisor = readRecord(runDirectory, 'supervisor.json', supervisorRecordSchema);
    const isHeld = supervisor !== null && isSupervised(runDirectory);
    // After the lock: a supervisor writes exit.json before it lets go, so that a free lock without exit.json is a death.
    const exit = readRecord(runDirectory, 'exit.json', exitRecordSchema);
    if (exit) return { kind: 'exited', exit, supervisor };
    const fault = recordFault(runDirectory);
    if (supervisor) {
      if (!isHeld) return { kind: 'gone', fault };
      return supervisor.trainerPid === null ? { kind: 'starting' } : { kind: 'running', supervisor };
    }
    const config = await unlessUnreachable(stat(path.join(runDirectory, 'config.json')));
    return { kind: config ? 'prepared' : 'unprepared', fault };
  }

  async lastErrorLines(runDirectory: string, limit: number): Promise<string[]> {
    const { text, isCut } = await readTail(path.join(runDirectory, 'stderr.log'), errorTailBytes);
    // As a terminal would show them: of a bar its last state, and no sequences.
    const lines = messageLines(text, { colour: false });
    // Cut into, the first one is half a line.
    if (isCut && lines.length > 1) lines.shift();
    while (lines.at(-1)?.trim() === '') lines.pop();
    return lines.slice(-limit).map((line) => line.slice(0, longestErrorLine));
  }

  checkpointFault(file: string): Promise<string | null> {
    return checkpointFault(file);
  }

  async openFile(runDirectory: string, file: string): Promise<{ body: Readable; size: number }> {
    const place = { en: `the run directory ${runDirectory}`, ko: `실행 폴더 ${runDirectory}` };
    const notThere = () => fault('ARTIFACT_NOT_FOUND', { artifact: file, place }, { place: { file } });
    try {
      const real = await realPathInside(runDirectory, file);
      const handle = real && (await openPlainFile(real));
      if (!handle) throw notThere();
      const { size } = await handle.stat();
      // No further than the size that was returned: the file may grow meanwhile.
      if (size > 0) return { body: handle.createReadStream({ start: 0, end: size - 1 }), size };
      await handle.close();
      return { body: Readable.from([]), size };
    } catch (error) {
      if (isUnreachable(error)) throw notThere();
      throw error;
    }
  }

  async filesAt(runDirectory: string, place: string): Promise<{ path: string; sizeBytes: number }[]> {
    try {
      const real = await realPathInside(runDirectory, place);
      if (!real) return [];
      const found = await stat(real);
      if (found.isFile()) return [{ path: place, sizeBytes: found.size }];
      const files: { path: string; sizeBytes: number }[] = [];
      for await (const entry of await opendir(real, { recursive: true })) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const stats = await unlessUnreachable(lstat(file));
        if (!stats?.isFile()) continue;
        const below = path.relative(real, file).split(path.sep);
        files.push({ path: [place, ...below].join('/'), sizeBytes: stats.size });
      }
      return files.sort((one, other) => (one.path < other.path ? -1 : 1));
    } catch (error) {
      if (isUnreachable(error)) return [];
      throw error;
    }
  }

  /** Calls `changed` when the supervisor has written something new. */
  watch(runDirectory: string, changed: () => void): Disposable {
    try {
      const watcher = watch(runDirectory, (_event, name) => {
        if (name === null || watched.has(name)) changed();
      });
      // The folder is gone: the next look at it finds that out.
      watcher.on('error', () => watcher.close());
      return { [Symbol.dispose]: () => watcher.close() };
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOSPC', 'EMFILE')) throw error;
      // Without a watch (no folder, or no watches left on this machine) the slow sweep finds what changed.
      return { [Symbol.dispose]: () => {} };
    }
  }
}

async function* asLines(lines: RunInputs['lines']) {
  for await (const line of lines) yield `${line}\n`;
}

async function writePieces(file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const written = `${file}.new`;
  await rm(written, { force: true });
  const stream = createWriteStream(written, {
    flags: 'wx',
    mode: 0o600,
    flush: true,
    highWaterMark: 256 * 1024,
  });
  const closed = once(stream, 'close');
  // Together: `once` rejects with the stream's error as well, and a rejection that nobody awaits ends the engine.
  await Promise.all([pipeline(Readable.from(pieces, { objectMode: true }), stream), closed]);
  await rename(written, file);
}

/** Where a path below the directory leads; null if out of it. */
async function realPathInside(runDirectory: string, inner: string): Promise<string | null> {
  const folder = await realpath(runDirectory);
  const real = await realpath(path.join(folder, inner));
  return real.startsWith(folder + path.sep) ? real : null;
}

async function unlessUnreachable<Found>(look: Promise<Found>): Promise<Found | null> {
  try {
    return await look;
  } catch (error) {
    if (isUnreachable(error)) return null;
    throw error;
  }
}
