import { closeSync, existsSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import pino, { type Logger } from 'pino';
import { counted } from '../../shared/format/units.ts';
import { prepareOwnFile } from './state-file.ts';
import { openStateFolder } from './state-folder.ts';

const keptFiles = 3;

/**
 * A log file that never fails whoever writes to it: what a full or broken disk does not take is dropped and counted, and the count is
 * the first line once the disk takes lines again. Written through: what was said before a kill is what explains it. Once it is large,
 * `engine.log` becomes `engine.1.log` and so on; the last three are kept.
 */
export class LogFile {
  private readonly file: string;
  private readonly largestBytes: number;
  private descriptor: number | null = null;
  private size = 0;
  /** Lines lost since the disk last took one. */
  private dropped = 0;
  /** The last line was cut short by the end of the disk: it must not run into the next one. */
  private torn = false;

  /** @param file its folder is there */
  constructor(file: string, largestBytes = 16 * 1024 * 1024) {
    this.file = file;
    this.largestBytes = largestBytes;
  }

  /** Appends a line with its end. */
  write(line: string): void {
    try {
      if (this.dropped > 0) {
        const time = new Date().toISOString();
        const message = `${counted(this.dropped, 'line')} of this log could not be written to the disk`;
        this.append(
          `${JSON.stringify({ level: 40, time, pid: process.pid, dropped: this.dropped, msg: message })}\n`,
        );
        this.dropped = 0;
      }
      this.append(line);
    } catch {
      // There is nowhere left to say it; the count says it later.
      this.dropped += 1;
    }
  }

  private append(line: string): void {
    let descriptor = this.descriptor ?? this.open();
    const bytes = Buffer.from(this.torn ? `\n${line}` : line);
    if (this.size > 0 && this.size + bytes.length > this.largestBytes) descriptor = this.rotate(descriptor);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(descriptor, bytes, done);
      this.torn = done < bytes.length;
    }
    this.size += bytes.length;
  }

  private open(): number {
    this.descriptor = openSync(this.file, 'a', 0o600);
    this.size = fstatSync(this.descriptor).size;
    return this.descriptor;
  }

  private rotate(descriptor: number): number {
    const numbered = (index: number) =>
      index === 0 ? this.file : this.file.replace(/\.log$/, `.${index}.log`);
    try {
      for (let index = keptFiles - 1; index >= 0; index -= 1)
        if (existsSync(numbered(index))) renameSync(numbered(index), numbered(index + 1));
    } catch {
      // Something is in the way: the lines go on in this file, and it is tried again when as much more is written.
      this.size = 0;
      return descriptor;
    }
    this.descriptor = null;
    closeSync(descriptor);
    return this.open();
  }
}

/**
 * The engine's log: JSON lines in `logs/engine.log` of the state folder. Secrets are never given to it. It never ends the engine:
 * what the disk does not take is lost and counted.
 */
export function createLog(home: string): Logger {
  const file = path.join(openStateFolder(home, 'logs'), 'engine.log');
  prepareOwnFile(file, {
    en: 'Move it away; a new log is begun.',
    ko: '다른 곳으로 옮기세요. 새 로그가 시작됩니다.',
  });
  const level = process.env.TRAINYARD_LOG_LEVEL ?? 'info';
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['*.password', '*.token'],
    },
    new LogFile(file),
  );
}
