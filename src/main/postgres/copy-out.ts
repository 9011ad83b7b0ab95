import type pg from 'pg';

/** https://www.postgresql.org/docs/17/protocol-message-formats.html */
const copyData = 0x64;
const headBytes = 5;

const pieceBytes = 256 * 1024;
/** Pieces that wait for whoever reads while the next is filled. */
const mostWaiting = 2;

type Receive = (bytes: Buffer) => void;

/**
 * The bytes of a COPY … TO STDOUT, for `client.query`, in pieces that are used again: each is to be done with before the next is asked
 * for. Rows are copied from what the socket brings: an object for each row and a buffer for each piece, as the driver and
 * pg-copy-streams make them, cost more than PostgreSQL's own work. Left before its end it leaves a connection that can only be ended.
 */
export class CopyOut implements pg.Submittable, AsyncIterable<Buffer> {
  /** How many there were, by what PostgreSQL says at the end. */
  rows = 0;
  private readonly statement: string;
  private readonly signal: AbortSignal;
  private connection: pg.Connection | null = null;
  private toDriver: Receive = () => undefined;
  private readonly receive: Receive = (chunk) => this.split(chunk);
  /** The beginning of a message's head whose end has not come. */
  private held: Buffer = Buffer.alloc(0);
  /** Bytes of the message under way that have not come. */
  private left = 0;
  private isRow = false;
  /** Rows that have come: PostgreSQL sends each by itself. */
  private received = 0;
  private piece: Buffer = Buffer.allocUnsafeSlow(pieceBytes);
  private filled = 0;
  private readonly spare: Buffer[] = [];
  private readonly waiting: Buffer[] = [];
  private outcome: { readonly error: unknown } | 'whole' | null = null;
  private wake: () => void = () => undefined;

  /** @param signal ends the reading, whatever PostgreSQL waits for */
  constructor(statement: string, signal: AbortSignal) {
    this.statement = statement;
    this.signal = signal;
  }

  /** Takes the driver's place as the socket's reader, and passes on to it whatever is no row. */
  submit(connection: pg.Connection): void {
    const socket = connection.stream;
    const [driver, ...others] = socket.listeners('data');
    if (!driver || others.length > 0) throw new Error('The connection is read by somebody else.');
    this.connection = connection;
    this.toDriver = driver as Receive;
    socket.off('data', this.toDriver);
    socket.on('data', this.receive);
    connection.query(this.statement);
  }

  /** pg puts its own here where it watches the time of queries. */
  callback(): void {}

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.release();
    const isWhole = this.received === this.rows;
    this.settle(isWhole ? 'whole' : { error: new Error(`COPY sent ${this.received} of ${this.rows} rows.`) });
  }

  handleError(error: unknown): void {
    this.release();
    this.settle({ error });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const stop = () => this.settle({ error: this.signal.reason });
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      this.signal.throwIfAborted();
      for (;;) {
        const piece = this.waiting.shift();
        if (piece) {
          yield piece;
          this.spare.push(piece);
          this.connection?.stream.resume();
        } else if (this.outcome === 'whole') break;
        else if (this.outcome) throw this.outcome.error;
        else
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
      }
      if (this.filled > 0) yield this.piece.subarray(0, this.filled);
    } finally {
      this.signal.removeEventListener('abort', stop);
    }
  }

  private settle(outcome: { readonly error: unknown } | 'whole'): void {
    this.outcome ??= outcome;
    this.wake();
  }

  /** Gives the socket back to the driver. */
  private release(): void {
    this.callback();
    const socket = this.connection?.stream;
    this.connection = null;
    socket?.off('data', this.receive);
    socket?.on('data', this.toDriver);
    socket?.resume();
  }

  private split(chunk: Buffer): void {
    const bytes = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    let at = 0;
    while (at < bytes.length) {
      if (this.left === 0) {
        if (bytes.length - at < headBytes) break;
        this.isRow = bytes[at] === copyData;
        // The length counts itself, and not the byte before it.
        const length = bytes.readUInt32BE(at + 1);
        this.left = this.isRow ? length - (headBytes - 1) : length + 1;
        if (this.isRow) {
          at += headBytes;
          this.received += 1;
        }
      }
      const end = Math.min(bytes.length, at + this.left);
      this.left -= end - at;
      if (this.isRow) this.collect(bytes, at, end);
      else this.toDriver(bytes.subarray(at, end));
      at = end;
      if (this.connection) continue;
      // The copy is over: what follows is the driver's.
      if (at < bytes.length) this.toDriver(bytes.subarray(at));
      return;
    }
    this.held = bytes.subarray(at);
  }

  private collect(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const copied = bytes.copy(this.piece, this.filled, at, end);
      at += copied;
      this.filled += copied;
      if (this.filled < this.piece.length) continue;
      this.waiting.push(this.piece);
      this.piece = this.spare.pop() ?? Buffer.allocUnsafeSlow(pieceBytes);
      this.filled = 0;
      if (this.waiting.length >= mostWaiting) this.connection?.stream.pause();
      this.wake();
    }
  }
}
