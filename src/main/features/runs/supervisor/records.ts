import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { ExitRecordFile, SupervisorRecordFile } from '../../../../shared/model/run-directory.ts';
import { createFile, replaceFile, syncFolder } from '../../../platform/durable-file.ts';
import { isDiskRefusal } from '../../../platform/error-code.ts';
import { retry } from '../../../platform/waiting.ts';

/** No system tells when room is there again: it is looked for. */
const lookEveryMs = 250;
/** A block of most file systems: what is written over it needs no further one. */
const reservedBytes = 4096;
const longestMessage = 1000;

const textOf = (record: SupervisorRecordFile | ExitRecordFile) => `${JSON.stringify(record)}\n`;

/** What a supervisor writes into its run directory, also where the disk is full by then. */
export class SupervisorRecords {
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /**
   * Writes `supervisor.json` before anything is started, and keeps the room for `exit.json`.
   * @throws the file system's error; a directory that was not begun may be tried again
   */
  begin(record: SupervisorRecordFile): void {
    createFile(this.reserve, ' '.repeat(reservedBytes));
    replaceFile(this.file('supervisor.json'), textOf(record));
  }

  /** Writes `supervisor.json` again, as soon as the disk takes it. Given up when `signal` is aborted. */
  async started(record: SupervisorRecordFile, signal: AbortSignal): Promise<void> {
    await whenTaken(() => {
      this.setFolderAside('supervisor.json');
      replaceFile(this.file('supervisor.json'), textOf(record));
    }, signal);
  }

  /** Opens a file of the trainer's output, as soon as the disk takes it. */
  async openOutput(name: string): Promise<number> {
    return whenTaken(() => openSync(this.file(name), 'a', 0o600));
  }

  /** Writes `exit.json`: as any record, else over the bytes that were kept for it, else as soon as the disk takes it. */
  async exited(record: ExitRecordFile): Promise<void> {
    const message = record.message?.slice(0, longestMessage);
    const text = textOf({ ...record, ...(message === undefined ? {} : { message }) });
    await whenTaken(() => {
      try {
        this.setFolderAside('exit.json');
        replaceFile(this.file('exit.json'), text);
        rmSync(this.reserve, { force: true });
      } catch (error) {
        if (!isDiskRefusal(error)) throw error;
        this.writeOverReserve(text);
      }
    });
  }

  /** A trainer may have put anything in a record's place; only a folder is not replaced by the renaming. */
  private setFolderAside(name: string): void {
    const file = this.file(name);
    if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
      renameSync(file, `${file}.aside-${Date.now()}`);
  }

  private get reserve(): string {
    return this.file('.exit.reserve');
  }

  private file(name: string): string {
    return path.join(this.directory, name);
  }

  /** The same length, so that no byte is asked for; JSON may end with spaces. A reader sees it only once it has its name. */
  private writeOverReserve(text: string): void {
    const bytes = Buffer.alloc(reservedBytes, ' ');
    bytes.write(text);
    const descriptor = openSync(this.reserve, constants.O_WRONLY);
    try {
      writeSync(descriptor, bytes, 0, bytes.length, 0);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(this.reserve, this.file('exit.json'));
    syncFolder(this.directory);
  }
}

function whenTaken<Result>(write: () => Result, signal?: AbortSignal): Promise<Result> {
  return retry(write, { isPassing: isDiskRefusal, firstMs: lookEveryMs, ...(signal ? { signal } : {}) });
}
