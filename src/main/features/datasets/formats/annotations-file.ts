import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

const bufferedBytes = 2 ** 20;

/**
 * Writes a version's `annotations.jsonl` while it is made, in a thread that has nothing else to do.
 * Without a path it is only measured.
 */
export class AnnotationsFile implements Disposable {
  private readonly fd: number | null;
  private readonly hash = createHash('sha256');
  private waiting: string[] = [];
  private waitingBytes = 0;
  private bytes = 0;

  /** @throws what `open` throws */
  constructor(path: string | null) {
    this.fd = path === null ? null : openSync(path, 'w', 0o600);
  }

  /** @returns the bytes of the line, with its end @throws what `write` throws, a full disk among them */
  add(line: string): number {
    const bytes = Buffer.byteLength(line) + 1;
    this.waiting.push(line, '\n');
    this.waitingBytes += bytes;
    if (this.waitingBytes >= bufferedBytes) this.flush();
    return bytes;
  }

  /** What was written, whole. */
  finish(): { readonly sha256: string; readonly bytes: number } {
    this.flush();
    return { sha256: this.hash.digest('hex'), bytes: this.bytes };
  }

  [Symbol.dispose](): void {
    if (this.fd !== null) closeSync(this.fd);
  }

  private flush(): void {
    const bytes = Buffer.from(this.waiting.join(''));
    this.waiting = [];
    this.waitingBytes = 0;
    this.hash.update(bytes);
    this.bytes += bytes.length;
    if (this.fd === null) return;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
  }
}
