import type { StackLogLine } from '../../../shared/contract/stack.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';

/**
 * The Engine API's raw stream: before each piece of output stand its stream (1 stdout, 2 stderr), three zeros and its length in four
 * bytes, big endian. With `timestamps` a piece begins with the time and a blank.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
const headerBytes = 8;
const newline = 0x0a;
const blank = 0x20;
/** As the daemon writes it: `2026-11-24T02:33:22.138189217Z`. */
const timeBytes = 30;

/** The beginning of a line that the daemon cut: it does so after every 16 KiB, and stamps all pieces alike. */
interface Unfinished {
  readonly time: string;
  readonly pieces: Buffer[];
}

/** Cuts the stream into lines, wherever its chunks end. */
export class LogFrames {
  private rest: Buffer = Buffer.alloc(0);
  private readonly unfinished: Record<'stdout' | 'stderr', Unfinished | null> = {
    stdout: null,
    stderr: null,
  };
  private readonly service: ServiceName;
  private onBegin: ((time: string) => void) | undefined;

  /** @param onBegin called once, with the time of the first piece */
  constructor(service: ServiceName, onBegin?: (time: string) => void) {
    this.service = service;
    this.onBegin = onBegin;
  }

  /** The lines that this chunk completes. @throws {RangeError} where it is no such stream */
  push(chunk: Buffer): StackLogLine[] {
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const lines: StackLogLine[] = [];
    let at = 0;
    while (data.length - at >= headerBytes) {
      const length = data.readUInt32BE(at + 4);
      const end = at + headerBytes + length;
      if (end > data.length) break;
      const kind = data[at];
      if ((kind !== 1 && kind !== 2) || data[at + 1] !== 0) {
        throw new RangeError(`a log frame of kind ${kind} cannot be read`);
      }
      if (length > 0) this.piece(kind === 1 ? 'stdout' : 'stderr', data, at + headerBytes, end, lines);
      at = end;
    }
    // A copy: otherwise a few bytes would keep the whole chunk.
    this.rest = at === data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(at));
    return lines;
  }

  /** The unfinished last line of a stream that has ended: its program was killed in the middle of it. */
  end(): StackLogLine[] {
    const lines: StackLogLine[] = [];
    for (const stream of ['stdout', 'stderr'] as const) this.finish(stream, lines);
    return lines;
  }

  private piece(
    stream: 'stdout' | 'stderr',
    data: Buffer,
    start: number,
    end: number,
    lines: StackLogLine[],
  ): void {
    const timeEnd = data[start + timeBytes] === blank ? start + timeBytes : data.indexOf(blank, start);
    if (timeEnd < start || timeEnd >= end) throw new RangeError('a log frame without a time cannot be read');
    const time = data.toString('latin1', start, timeEnd);
    this.onBegin?.(time);
    this.onBegin = undefined;
    const begun = this.unfinished[stream];
    // Another time: the rest of the line before never came.
    if (begun && begun.time !== time) this.finish(stream, lines);
    const isWhole = data[end - 1] === newline;
    const textEnd = isWhole ? end - 1 : end;
    const open = this.unfinished[stream];
    if (!open && isWhole) {
      lines.push({ service: this.service, time, stream, text: data.toString('utf8', timeEnd + 1, textEnd) });
      return;
    }
    const pieces = open?.pieces ?? [];
    pieces.push(Buffer.from(data.subarray(timeEnd + 1, textEnd)));
    this.unfinished[stream] = { time, pieces };
    if (isWhole) this.finish(stream, lines);
  }

  private finish(stream: 'stdout' | 'stderr', lines: StackLogLine[]): void {
    const open = this.unfinished[stream];
    if (!open) return;
    this.unfinished[stream] = null;
    const text = Buffer.concat(open.pieces).toString('utf8');
    lines.push({ service: this.service, time: open.time, stream, text });
  }
}
