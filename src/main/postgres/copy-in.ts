import { once } from 'node:events';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import type { BinaryCopy } from './binary-copy.ts';

/** https://www.postgresql.org/docs/17/protocol-message-formats.html */
const copyData = 0x64;
const copyFail = 0x66;
const copyDone = Buffer.from([0x63, 0, 0, 0, 4]);

/** Rows that are made before PostgreSQL has taken those before them: it never waits for a chunk to be filled. */
const aheadBytes = 1024 * 1024;

type Done = (error?: Error | null) => void;

/**
 * A COPY … FROM STDIN as a stream, for `client.query`. It finishes once PostgreSQL has taken all rows, and fails with PostgreSQL's error
 * wherever that comes: pg-copy-streams' own goes on writing to a connection that it has let go of, which ends the process.
 */
export class CopyIn extends Writable implements pg.Submittable {
  private readonly statement: string;
  private connection: pg.Connection | null = null;
  private opened: Done | null = null;
  private ready: Done | null = null;
  private stopped: Done | null = null;

  constructor(statement: string) {
    super();
    this.statement = statement;
  }

  submit(connection: pg.Connection): void {
    this.connection = connection;
    connection.query(this.statement);
  }

  /** pg puts its own here where it watches the time of queries. */
  callback(): void {}

  handleCopyInResponse(): void {
    this.opened?.();
    this.opened = null;
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback();
    this.connection = null;
    this.ready?.();
    this.ready = null;
    this.stopped?.();
    this.stopped = null;
  }

  handleError(error: Error): void {
    this.callback();
    this.connection = null;
    const { opened, stopped } = this;
    this.opened = null;
    this.stopped = null;
    if (stopped) stopped();
    else if (opened) opened(error);
    else this.destroy(error);
  }

  override _construct(callback: Done): void {
    this.opened = callback;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Done): void {
    const socket = this.connection?.stream;
    // An error is on its way, and takes the stream with it.
    if (!socket) {
      callback();
      return;
    }
    const head = Buffer.allocUnsafe(5);
    head.writeUInt8(copyData, 0);
    head.writeInt32BE(chunk.length + 4, 1);
    socket.write(head);
    if (socket.write(chunk)) callback();
    else socket.once('drain', () => callback());
  }

  override _final(callback: Done): void {
    this.ready = callback;
    this.connection?.stream.write(copyDone);
  }

  /** If the copy is not over, PostgreSQL discards the rows on request, and answers with an error. */
  override _destroy(error: Error | null, callback: Done): void {
    if (!this.connection) {
      callback(error);
      return;
    }
    this.stopped = () => callback(error);
    const reason = Buffer.from(`${(error?.message ?? 'the rows end here').replaceAll('\0', '')}\0`);
    const head = Buffer.allocUnsafe(5);
    head.writeUInt8(copyFail, 0);
    head.writeInt32BE(reason.length + 4, 1);
    this.connection.stream.write(Buffer.concat([head, reason]));
  }
}

/**
 * Runs a COPY … FROM STDIN (FORMAT binary).
 * @param fill writes rows, as many as it likes at a time; PostgreSQL works on them while it writes the next. It answers false once
 *   there are no more.
 */
export async function copyRows(
  client: pg.PoolClient,
  table: string,
  columns: readonly string[],
  rows: BinaryCopy,
  fill: () => boolean,
): Promise<void> {
  const stream = client.query(new CopyIn(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`));
  const done = finished(stream);
  // The wait for `drain` below fails with the same error.
  done.catch(() => undefined);
  try {
    while (!stream.destroyed && fill()) {
      for (const chunk of rows.take()) stream.write(chunk);
      if (stream.writableLength < aheadBytes) await new Promise(setImmediate);
      else await Promise.race([once(stream, 'drain'), done]);
    }
    if (!stream.destroyed) {
      for (const chunk of rows.end()) stream.write(chunk);
      stream.end();
    }
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  await done;
}
