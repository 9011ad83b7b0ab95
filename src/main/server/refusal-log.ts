import type { Logger } from 'pino';

/** Refused requests in the log, no more than some a minute: whoever sends rubbish must not fill the disk with it. */
export class RefusalLog {
  private readonly log: Logger;
  private written = 0;
  private since = 0;

  constructor(log: Logger) {
    this.log = log;
  }

  write(facts: Readonly<Record<string, unknown>>, now = Date.now()): void {
    if (now - this.since > 60_000) {
      if (this.written > 30) this.log.warn({ more: this.written - 30 }, 'further requests were refused');
      this.since = now;
      this.written = 0;
    }
    this.written += 1;
    if (this.written <= 30) this.log.info(facts, 'a request was refused');
  }
}
