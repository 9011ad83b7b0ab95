import { openSync, writeSync } from 'node:fs';

/**
 * A log file that never fails whoever writes to it: what a full or broken disk does not take is dropped and counted, and the count is
 * the first line once the disk takes lines again. Written through: what was said before a kill is what explains it.
 */
export class LogFile {
  private readonly file: string;
  private descriptor: number | null = null;
  /** Lines lost since the disk last took one. */
  private dropped = 0;
  /** The last line was cut short by the end of the disk: it must not run into the next one. */
  private torn = false;

  /** @param file its folder is there */
  constructor(file: string) {
    this.file = file;
  }

  /** Appends a line with its end. */
  write(line: string): void {
    try {
      if (this.dropped > 0) {
        const time = new Date().toISOString();
        const message = `${this.dropped} lines of this log were lost: the disk took none`;
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
    this.descriptor ??= openSync(this.file, 'a', 0o600);
    const bytes = Buffer.from(this.torn ? `\n${line}` : line);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.descriptor, bytes, done);
      this.torn = done < bytes.length;
    }
  }
}
