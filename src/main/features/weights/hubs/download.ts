import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { errorMessage, TrainyardError } from '../../../../shared/errors/error.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { sha256Of } from '../../../platform/sha256.ts';
import { BackOff, pause } from '../../../platform/waiting.ts';
import type { DownloadRequest, DownloadWatcher } from '../ports.ts';
import { type Answer, ask } from './ask-hub.ts';

/** Attempts in a row that bring nothing. */
const mostAttempts = 4;
/** Of a file whose size nobody says, room is asked for by such pieces. */
const piece = 64 * 2 ** 20;

/** Downloads in a folder: what a kill or a broken connection left of one is gone on with. */
export class Downloads {
  private readonly folder: () => string;

  /** @param folder makes it where it is missing; its files may be removed whenever nothing is fetched */
  constructor(folder: () => string) {
    this.folder = folder;
  }

  /**
   * Fetches a file whole, and sees that it has the bytes that were announced.
   * @returns where it lies now; null where there is none at the address
   * @throws TrainyardError WEIGHTS_UNREACHABLE, WEIGHTS_FORBIDDEN, WEIGHTS_HUB_FAILED, WEIGHTS_TRUNCATED, WEIGHTS_HASH_DIFFERS
   */
  async fetch(request: DownloadRequest, watcher: DownloadWatcher): Promise<{ readonly path: string } | null> {
    const file = this.fileOf(request.url);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const backOff = new BackOff(300, 5000);
    for (let failed = 0, had = await sizeOf(file); ; ) {
      watcher.signal.throwIfAborted();
      try {
        const answer = await this.goOn(file, request, watcher);
        if (answer === null) return null;
        await this.check(file, request, answer);
        return { path: file };
      } catch (error) {
        if (watcher.signal.aborted || !isPassing(error)) throw error;
        const has = await sizeOf(file);
        failed = has > had ? 1 : failed + 1;
        had = has;
        if (failed >= mostAttempts) throw error instanceof BrokenOff ? unreachable(request, error) : error;
        await pause(backOff.next(), watcher.signal);
      }
    }
  }

  /** Removes what was fetched. */
  async discard(url: string): Promise<void> {
    const file = this.fileOf(url);
    await rm(file, { force: true });
    await rm(`${file}.etag`, { force: true });
  }

  /** Removes all but what was fetched from these addresses. */
  async keepOnly(urls: readonly string[]): Promise<void> {
    const kept = new Set(urls.map((url) => path.basename(this.fileOf(url))));
    const folder = this.folder();
    for (const name of await readdir(folder).catch(() => []))
      if (!kept.has(name.replace(/\.etag$/, ''))) await rm(path.join(folder, name), { force: true });
  }

  private fileOf(url: string): string {
    return path.join(this.folder(), createHash('sha256').update(url).digest('hex'));
  }

  /** Fetches what is missing of a file. */
  private async goOn(
    file: string,
    request: DownloadRequest,
    watcher: DownloadWatcher,
  ): Promise<Answer | null> {
    const has = await sizeOf(file);
    const tag = await readFile(`${file}.etag`, 'utf8').catch(() => null);
    const mayGoOn = has > 0 && tag !== null;
    const answer = await ask(request, mayGoOn ? { from: has, tag } : null, watcher.signal);
    if (answer.status === 404) return null;
    if (answer.status === 416) {
      // All of it is there, or it is another file now.
      if (answer.total === has) return answer;
      await this.discard(request.url);
      throw new BrokenOff('the file has changed');
    }
    const from = answer.status === 206 ? has : 0;
    if (answer.tag === null) await rm(`${file}.etag`, { force: true });
    else if (from === 0) await writeTag(`${file}.etag`, answer.tag);
    await watcher.begin(answer.total, from);
    await using handle = await open(file, from > 0 ? 'a' : 'w', 0o600);
    let done = from;
    let mayHave = answer.total ?? from;
    try {
      for await (const chunk of answer.body) {
        done += chunk.length;
        if (answer.total !== null && done > answer.total) break;
        for (; done > mayHave; mayHave += piece) await watcher.more(piece);
        // All of it: `write` may leave some out where the disk is full.
        await handle.writeFile(chunk);
        watcher.advance(done);
      }
    } catch (error) {
      // Nothing of it could be gone on with.
      if (answer.tag === null) await this.discard(request.url);
      if (watcher.signal.aborted || hasCode(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO')) throw error;
      if (error instanceof TrainyardError) throw error;
      throw new BrokenOff(errorMessage(error), { cause: error });
    }
    await handle.sync();
    if (answer.total !== null && done !== answer.total) {
      // Other bytes than those that were announced: which of them are right, nobody knows.
      if (done > answer.total) await this.discard(request.url);
      throw new BrokenOff(`${done} of ${answer.total} bytes came`);
    }
    return answer;
  }

  private async check(file: string, { url, sha256 }: DownloadRequest, answer: Answer): Promise<void> {
    const expected = (sha256 ?? answer.sha256)?.toLowerCase();
    if (expected === undefined) return;
    const found = await sha256Of(createReadStream(file));
    if (found.startsWith(expected)) return;
    await this.discard(url);
    throw fault('WEIGHTS_HASH_DIFFERS', { address: url, found, expected });
  }
}

/** A connection that broke while the bytes came. */
class BrokenOff extends Error {}

const unreachable = ({ url, model }: DownloadRequest, error: BrokenOff) =>
  fault('WEIGHTS_UNREACHABLE', { address: new URL(url).origin, model, why: error.message }, { cause: error });

/** Whether another attempt may go better. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof BrokenOff || (error instanceof TrainyardError && error.code === 'WEIGHTS_HUB_FAILED')
  );
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => null);
  return found?.size ?? 0;
}

async function writeTag(file: string, tag: string): Promise<void> {
  await using handle = await open(file, 'w', 0o600);
  await handle.writeFile(tag);
  await handle.sync();
}
