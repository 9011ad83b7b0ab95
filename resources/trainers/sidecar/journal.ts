import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { whenRoom } from '../builtin/room.ts';

/** What stands in the state file: what was read so far, and the last lines that came of it. */
interface Saved<State> {
  readonly seq: number;
  /** The length of `events.jsonl` before `lines`, in bytes. */
  readonly length: number;
  readonly lines: string;
  readonly state: State;
}

/** Not through a link: a script in a container may write here, and what a link of its names is outside of it. */
const toAppend =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

/** So many bytes are committed at once; the state file holds them a second time. */
const batchBytes = 256 * 1024;

/**
 * Writes `events.jsonl` (docs/run-directory.md) together with what its events were read from. The state file is replaced first and holds the
 * lines that follow: killed anywhere, the next start completes them byte for byte and reads on from there, so that nothing is lost or doubled.
 */
export class Journal<State> {
  /** Changed by whoever reads; kept at the next commit. */
  readonly state: State;
  readonly #stateFile: string;
  readonly #events: number;
  #seq = 0;
  #length = 0;
  #lines: string[] = [];
  #bytes = 0;
  #savedState = '';

  /** @param fresh what the state is in a directory that has none */
  constructor(directory: string, fresh: State) {
    const eventsFile = path.join(directory, 'events.jsonl');
    this.#stateFile = path.join(directory, 'sidecar.json');
    this.#events = whenRoom(() => openSync(eventsFile, toAppend, 0o600));
    if (!existsSync(this.#stateFile)) {
      this.state = fresh;
      this.#save('');
      return;
    }
    const saved: Saved<State> = JSON.parse(readFileSync(this.#stateFile, 'utf8'));
    this.state = saved.state;
    this.#savedState = JSON.stringify(saved.state);
    const lines = Buffer.from(saved.lines);
    const written = Math.max(0, fstatSync(this.#events).size - saved.length);
    this.#append(lines.subarray(Math.min(written, lines.length)));
    this.#seq = saved.seq;
    this.#length = saved.length + lines.length;
  }

  add(type: string, fields: Readonly<Record<string, unknown>>, timeMs = Date.now()): void {
    this.#seq += 1;
    const line = `${JSON.stringify({ seq: this.#seq, time: new Date(timeMs).toISOString(), type, ...fields })}\n`;
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
  }

  /** Whether enough was added to be committed. */
  get isFull(): boolean {
    return this.#bytes >= batchBytes;
  }

  /** Writes what was added since the last time. */
  commit(): void {
    if (this.#lines.length === 0 && JSON.stringify(this.state) === this.#savedState) return;
    const lines = this.#lines.join('');
    this.#save(lines);
    const bytes = Buffer.from(lines);
    this.#append(bytes);
    this.#length += bytes.length;
    this.#lines = [];
    this.#bytes = 0;
  }

  /** Commits, and waits until the disk has it. */
  flush(): void {
    this.commit();
    whenRoom(() => fsyncSync(this.#events));
  }

  #save(lines: string): void {
    this.#savedState = JSON.stringify(this.state);
    const head = JSON.stringify({ seq: this.#seq, length: this.#length, lines });
    const bytes = Buffer.from(`${head.slice(0, -1)},"state":${this.#savedState}}\n`);
    const temporary = `${this.#stateFile}.new`;
    whenRoom(() => {
      // Made anew: what stands there may be a link.
      rmSync(temporary, { force: true, recursive: true });
      const handle = openSync(temporary, 'wx', 0o600);
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, this.#stateFile);
    });
  }

  #append(bytes: Uint8Array): void {
    let done = 0;
    whenRoom(() => {
      while (done < bytes.length) done += writeSync(this.#events, bytes, done);
    });
  }
}
