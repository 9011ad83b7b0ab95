import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { writeWhole } from './chunk-log.ts';

const bufferedBytes = 2 ** 20;

/**
 * Writes a version's `annotations.jsonl` while it is made, in a thread that has nothing else to do.
 * Without a path it is only measured.
 */
export class AnnotationsFile implements Disposable {
  private readonly fd: number | null;
  private readonly hash = createHash('sha256');
  private readonly waiting = Buffer.allocUnsafe(bufferedBytes);
  private waitingBytes = 0;
  private bytes = 0;

  /** @throws what `open` throws */
  constructor(path: string | null) {
    this.fd = path === null ? null : openSync(path, 'w', 0o600);
  }

  /** @param line with its end @throws what `write` throws, a full disk among them */
  add(line: Uint8Array): void {
    if (this.waitingBytes + line.length > bufferedBytes) this.flush();
    if (line.length > bufferedBytes) this.write(line);
    else {
      this.waiting.set(line, this.waitingBytes);
      this.waitingBytes += line.length;
    }
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
    this.write(this.waiting.subarray(0, this.waitingBytes));
    this.waitingBytes = 0;
  }

  private write(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.bytes += bytes.length;
    if (this.fd !== null) writeWhole(this.fd, bytes);
  }
}
