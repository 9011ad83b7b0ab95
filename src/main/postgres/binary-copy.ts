/**
 * Bytes that are filled before the next chunk is begun: what PostgreSQL gets at a time. The first one is small, because a few rows
 * at a time are the rule while a trainer runs, and so that PostgreSQL need not wait for the first; each next one is twice as large.
 */
const firstChunkBytes = 8 * 1024;
const largestChunkBytes = 128 * 1024;

/** https://www.postgresql.org/docs/17/sql-copy.html#SQL-COPY-BINARY-FORMAT: signature, flags, length of the extension. */
const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);

const float8Oid = 701;

/** Between PostgreSQL's epoch (2000) and 1970, in milliseconds. */
const epochMs = 946_684_800_000;

/** A uuid's field of a row, length first. */
export function uuidField(uuid: string): Uint8Array {
  const field = Buffer.alloc(20);
  field.writeInt32BE(16, 0);
  field.write(uuid.replaceAll('-', ''), 4, 'hex');
  return field;
}

/** A text's field of a row, length first. */
export function textField(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  const field = Buffer.alloc(4 + bytes.length);
  field.writeInt32BE(bytes.length, 0);
  bytes.copy(field, 4);
  return field;
}

/**
 * Rows in the binary format of COPY: PostgreSQL takes them with less work than text. Fields are written in the order of the
 * columns that the COPY names; nobody checks that but PostgreSQL.
 */
export class BinaryCopy {
  /** Rows begun so far. */
  count = 0;
  private chunk: Buffer = Buffer.allocUnsafeSlow(firstChunkBytes);
  private view = new DataView(this.chunk.buffer);
  private at = 0;
  private full: Buffer[] = [];

  constructor() {
    this.bytes(header);
  }

  /** Begins a row. @param fields how many it has @param atMost bytes that the row may need */
  row(fields: number, atMost: number): void {
    if (this.at + atMost + 2 > this.chunk.length) this.turn(atMost + 2);
    this.view.setInt16(this.at, fields);
    this.at += 2;
    this.count += 1;
  }

  /** A field that was made before, length included. */
  bytes(field: Uint8Array): void {
    this.chunk.set(field, this.at);
    this.at += field.length;
  }

  null(): void {
    this.view.setInt32(this.at, -1);
    this.at += 4;
  }

  int2(value: number): void {
    this.view.setInt32(this.at, 2);
    this.view.setInt16(this.at + 4, value);
    this.at += 6;
  }

  int4(value: number): void {
    this.view.setInt32(this.at, 4);
    this.view.setInt32(this.at + 4, value);
    this.at += 8;
  }

  int8(value: number): void {
    this.view.setInt32(this.at, 8);
    this.long(this.at + 4, value);
    this.at += 12;
  }

  int8OrNull(value: number | null): void {
    if (value === null) this.null();
    else this.int8(value);
  }

  /** NaN stands for NULL. */
  float8(value: number): void {
    if (Number.isNaN(value)) {
      this.null();
      return;
    }
    this.view.setInt32(this.at, 8);
    this.view.setFloat64(this.at + 4, value);
    this.at += 12;
  }

  /** An array of one dimension, without NULL: NaN stays NaN. */
  float8Array(values: readonly number[]): void {
    const { view } = this;
    view.setInt32(this.at, 20 + 12 * values.length);
    view.setInt32(this.at + 4, 1);
    view.setInt32(this.at + 8, 0);
    view.setInt32(this.at + 12, float8Oid);
    view.setInt32(this.at + 16, values.length);
    view.setInt32(this.at + 20, 1);
    this.at += 24;
    for (let index = 0; index < values.length; index += 1) {
      view.setInt32(this.at, 8);
      view.setFloat64(this.at + 4, values[index] as number);
      this.at += 12;
    }
  }

  /** @param timeMs since 1970 */
  timestamptz(timeMs: number): void {
    this.view.setInt32(this.at, 8);
    this.long(this.at + 4, (timeMs - epochMs) * 1000);
    this.at += 12;
  }

  /** The text of a JSON value. At most `3 * text.length + 5` bytes. */
  jsonb(text: string): void {
    const written = this.chunk.write(text, this.at + 5, 'utf8');
    this.view.setInt32(this.at, written + 1);
    this.chunk[this.at + 4] = 1;
    this.at += 5 + written;
  }

  /**
   * A numeric below 10^8 with at most eight digits behind the point: `scaled` / 10^`scale`; NaN stands for NULL. Its digits are
   * to the base of 10,000: two before the point and two behind it, zeros too, which PostgreSQL takes away.
   */
  numeric(scaled: number, scale: number, factor: number): void {
    if (Number.isNaN(scaled)) {
      this.null();
      return;
    }
    const { view, at } = this;
    const size = Math.abs(scaled);
    const whole = Math.floor(size / factor);
    const fraction = (size - whole * factor) * (100_000_000 / factor);
    view.setInt32(at, 16);
    view.setInt16(at + 4, 4);
    view.setInt16(at + 6, 1);
    view.setInt16(at + 8, scaled < 0 ? 0x4000 : 0);
    view.setInt16(at + 10, scale);
    view.setInt16(at + 12, Math.floor(whole / 10_000));
    view.setInt16(at + 14, whole % 10_000);
    view.setInt16(at + 16, Math.floor(fraction / 10_000));
    view.setInt16(at + 18, fraction % 10_000);
    this.at = at + 20;
  }

  /** The chunks that are full, which PostgreSQL may have already. */
  take(): Buffer[] {
    const { full } = this;
    this.full = [];
    return full;
  }

  /** What is left, once all rows are written. */
  end(): Buffer[] {
    if (this.at + trailer.length > this.chunk.length) this.turn(trailer.length);
    this.bytes(trailer);
    return [...this.take(), this.chunk.subarray(0, this.at)];
  }

  private turn(atLeast: number): void {
    this.full.push(this.chunk.subarray(0, this.at));
    this.chunk = Buffer.allocUnsafeSlow(
      Math.max(atLeast, Math.min(largestChunkBytes, this.chunk.length * 2)),
    );
    this.view = new DataView(this.chunk.buffer);
    this.at = 0;
  }

  private long(at: number, value: number): void {
    const high = Math.floor(value / 4_294_967_296);
    this.view.setInt32(at, high);
    this.view.setUint32(at + 4, value - high * 4_294_967_296);
  }
}
