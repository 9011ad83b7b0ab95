import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { ExitRecordFile, SupervisorRecordFile } from '../../../../shared/model/run-directory.ts';
import { createFile, replaceFile, syncFolder } from '../../../platform/durable-file.ts';
import { isDiskRefusal } from '../../../platform/error-code.ts';
import { retry } from '../../../platform/waiting.ts';

/** How a supervisor ends that finds another one in its directory (sysexits.h's EX_TEMPFAIL). */
export const exitTaken = 75;
/** How it ends where the disk has no room to begin; nothing was started (sysexits.h's EX_CANTCREAT). */
export const exitNoRoom = 73;

/** No system notifies a process when there is room again, so it is polled. */
const lookEveryMs = 250;
/** A block of most file systems: what is written over it needs no further one. */
const reservedBytes = 4096;
const longestMessage = 1000;

const textOf = (record: SupervisorRecordFile | ExitRecordFile) => `${JSON.stringify(record)}\n`;

/** What a supervisor writes into its run directory, also where the disk is full by then. */
export function supervisorRecords(directory: string) {
  const fileOf = (name: string) => path.join(directory, name);
  const reserve = fileOf('.exit.reserve');

  /**
   * Writes `supervisor.json` before anything is started, and keeps the room for `exit.json`.
   * @throws the file system's error; a directory that was not begun may be tried again
   */
  function begin(record: SupervisorRecordFile): void {
    createFile(reserve, ' '.repeat(reservedBytes));
    replaceFile(fileOf('supervisor.json'), textOf(record));
  }

  /** Writes `supervisor.json` again, as soon as the disk takes it. Given up when `signal` is aborted. */
  async function started(record: SupervisorRecordFile, signal: AbortSignal): Promise<void> {
    await whenTaken(() => {
      setFolderAside(fileOf('supervisor.json'));
      replaceFile(fileOf('supervisor.json'), textOf(record));
    }, signal);
  }

  /** Opens a file of the trainer's output, as soon as the disk takes it. */
  function openOutput(name: string): Promise<number> {
    return whenTaken(() => openSync(fileOf(name), 'a', 0o600));
  }

  /** Opens one that an earlier supervisor may not have come to; null where the trainer has put something else in its place. */
  function reopenOutput(name: string): Promise<number | null> {
    return whenTaken(() => {
      try {
        return openSync(fileOf(name), toWriteOver | constants.O_APPEND | constants.O_CREAT, 0o600);
      } catch (error) {
        if (isDiskRefusal(error)) throw error;
        return null;
      }
    });
  }

  /** Writes `exit.json`: as any record, else over the bytes that were kept for it, else as soon as the disk takes it. */
  async function exited(record: ExitRecordFile): Promise<void> {
    const message = record.message?.slice(0, longestMessage);
    const text = textOf({ ...record, ...(message === undefined ? {} : { message }) });
    const file = fileOf('exit.json');
    await whenTaken(() => {
      try {
        setFolderAside(file);
        replaceFile(file, text);
        rmSync(reserve, { force: true });
      } catch (error) {
        if (!isDiskRefusal(error)) throw error;
        // A trainer may have taken the room away, or put a link or a pipe in its place.
        if (!writeOver(reserve, text)) throw error;
        renameSync(reserve, file);
        syncFolder(directory);
      }
    });
  }

  return { begin, started, openOutput, reopenOutput, exited };
}

/** A trainer may have put anything in a record's place; only a folder is not replaced by the renaming. */
function setFolderAside(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
    renameSync(file, `${file}.aside-${Date.now()}`);
}

const toWriteOver = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * The same length, so that no byte is asked for; JSON may end with spaces. A reader sees it only once it has its name.
 * @returns false where the file is not there, or something else is in its place
 */
function writeOver(reserve: string, text: string): boolean {
  if (!lstatSync(reserve, { throwIfNoEntry: false })?.isFile()) return false;
  const bytes = Buffer.alloc(reservedBytes, ' ');
  bytes.write(text);
  const descriptor = openSync(reserve, toWriteOver);
  try {
    writeSync(descriptor, bytes, 0, bytes.length, 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

function whenTaken<Result>(write: () => Result, signal?: AbortSignal): Promise<Result> {
  return retry(write, { isPassing: isDiskRefusal, firstMs: lookEveryMs, ...(signal ? { signal } : {}) });
}
