import { field, mark } from '../label-records.ts';
import { boxOfPolygons } from '../polygons.ts';
import type { MaskFault } from './entries.ts';
import { NumberList } from './json-bytes.ts';
import { type JsonCursor, keyNames } from './json-cursor.ts';
import { boxOfRuns, readCompressed, sumOf } from './run-lengths.ts';
import { WholeBounds } from './whole-bounds.ts';

const [sizeKey, countsKey] = [0, 1];
const runsKeys = keyNames('size', 'counts');

const noBytes: Buffer = Buffer.alloc(0);
const noNumbers: readonly number[] = [];
const masks = mark.polygons | mark.runs | mark.flat;

const [openList, closeList, openObject] = [0x5b, 0x5d, 0x7b];
const [comma, quote, blank] = [0x2c, 0x22, 0x20];
const [digitZero, digitNine] = [0x30, 0x39];

/** Reads the mask of an annotation; what it holds counts until it reads the next one. */
export class MaskReader {
  fault: MaskFault | null = null;
  /** What the fault is about: counts, sizes. */
  faultNumbers = noNumbers;
  /**
   * The mask's text, empty where there is none: in the cursor's window as the file has it, or in bytes of its own where a version's
   * labels must not have it so. They are one line for an image, and run lengths are read there by programs that expect whole numbers.
   */
  bytes: Buffer = noBytes;
  start = 0;
  end = 0;

  private readonly cursor: JsonCursor;
  private readonly numbers = new NumberList();
  private readonly counts = new NumberList();
  /** Around the polygons. */
  private readonly bounds = new WholeBounds();
  private boxOfRuns: readonly number[] | null = null;
  private hasEmptyPolygon = false;

  constructor(cursor: JsonCursor) {
    this.cursor = cursor;
  }

  /** Forgets the mask, and keeps what was wrong with it. */
  drop(): void {
    this.start = this.end = 0;
    this.boxOfRuns = null;
  }

  clear(): void {
    this.drop();
    this.fault = null;
    this.faultNumbers = noNumbers;
  }

  /** The box around the mask; null where there is none. @param marks of the annotation */
  box(marks: number): readonly number[] | null {
    if ((marks & mark.polygons) === 0) return (marks & mark.runs) === 0 ? null : this.boxOfRuns;
    return boxOfPolygons(this.bytes.toString('latin1', this.start, this.end));
  }

  /** Takes a mask and puts its marks and numbers into `head`. Of a key that comes twice the last value counts. */
  read(head: Float64Array): void {
    const { cursor } = this;
    const byte = cursor.peek();
    (head[field.marks] as number) &= ~masks;
    this.clear();
    this.bytes = cursor.bytes;
    this.start = cursor.at;
    cursor.hasBreaks = false;
    if (byte === openObject) this.runs(head);
    else if (byte === openList) this.lists(head);
    else cursor.skipValue();
    const marks = head[field.marks] as number;
    if ((marks & (mark.polygons | mark.runs)) === 0) this.end = this.start;
  }

  private lists(head: Float64Array): void {
    const { cursor, bounds } = this;
    bounds.clear();
    this.hasEmptyPolygon = false;
    const { line } = cursor;
    cursor.at += 1;
    const next = cursor.peek();
    if (next === closeList) cursor.at += 1;
    else if (next === openList) this.polygons(head);
    else {
      cursor.at = this.start;
      cursor.line = line;
      (head[field.marks] as number) |= mark.polygons | mark.flat;
      this.polygon();
    }
    this.end = cursor.at;
    if (((head[field.marks] as number) & mark.polygons) === 0) return;
    if (cursor.hasBreaks || this.hasEmptyPolygon) this.replace(this.plainPolygons());
    head[field.mask1] = bounds.left;
    head[field.mask2] = bounds.top;
    head[field.mask3] = bounds.right;
    head[field.mask4] = bounds.bottom;
  }

  private polygons(head: Float64Array): void {
    const { cursor } = this;
    let isEmpty = true;
    do {
      if (cursor.peek() === closeList) cursor.fail('there is a comma too many before "]"');
      if (cursor.peek() !== openList) {
        this.fail('polygon_no_numbers', []);
        cursor.skipValue();
      } else if (this.polygon()) this.hasEmptyPolygon = true;
      else isEmpty = false;
    } while (cursor.take(comma));
    cursor.expect(closeList);
    if (!isEmpty) (head[field.marks] as number) |= mark.polygons;
  }

  /** Takes one polygon; answers whether it is empty. */
  private polygon(): boolean {
    const { cursor, bounds, numbers } = this;
    let length = bounds.take(cursor);
    if (length < 0) {
      numbers.length = 0;
      if (!cursor.numbersOnly(numbers)) {
        this.fail('polygon_no_numbers', []);
        return false;
      }
      ({ length } = numbers);
      if (!bounds.add(numbers)) this.fail('polygon_no_numbers', []);
    }
    if (length === 0) return true;
    if (length % 2 !== 0) this.fail('polygon_odd', [length]);
    else if (length < 6) this.fail('polygon_short', [length / 2]);
    return false;
  }

  /** The polygons' text without white space and without empty ones. */
  private plainPolygons(): Buffer {
    const text = withoutBlanks(this.bytes, this.start, this.end);
    return this.hasEmptyPolygon
      ? Buffer.from(text.toString('latin1').replace(/\[\],|,\[\]/g, ''), 'latin1')
      : text;
  }

  /** Takes run lengths: `{"size": [height, width], "counts": [...] or "..."}`. */
  private runs(head: Float64Array): void {
    const { cursor, numbers, counts } = this;
    let [height, width, sum] = [-1, -1, -1];
    let [sizes, texts] = [0, 0];
    let isPlain = true;
    let compressed: string | null = null;
    cursor.fields(runsKeys, (key) => {
      const byte = cursor.peek();
      const from = cursor.at;
      if (key === sizeKey) {
        sizes += 1;
        numbers.length = 0;
        const isSize = cursor.numbersOnly(numbers) && numbers.length === 2;
        height = isSize ? (numbers.values[0] as number) : -1;
        width = isSize ? (numbers.values[1] as number) : -1;
        isPlain &&= isWhole(cursor.bytes, from, cursor.at);
      } else if (key === countsKey) {
        texts += 1;
        counts.length = 0;
        sum = -1;
        compressed = null;
        if (byte === quote) {
          const isEscaped = cursor.skipString() === 'escaped';
          compressed = cursor.bytes.toString('latin1', from, cursor.at);
          if (!readCompressed(cursor.bytes, from + 1, cursor.at - 1, counts) && isEscaped) {
            compressed = unescaped(compressed);
            isPlain = false;
            counts.length = 0;
            if (compressed === null) return;
            if (!readCompressed(Buffer.from(compressed), 1, compressed.length - 1, counts)) return;
          }
          sum = sumOf(counts);
        } else {
          sum = cursor.numbersOnly(counts) ? sumOf(counts) : -1;
          isPlain &&= isWhole(cursor.bytes, from, cursor.at);
        }
      } else {
        // It was passed over, and may be no JSON (NaN of Python's): only what was read is kept.
        isPlain = false;
        cursor.skipValue();
      }
    });
    this.end = cursor.at;
    (head[field.marks] as number) |= mark.runs;
    head[field.mask1] = height;
    head[field.mask2] = width;
    if (!(height > 0 && width > 0 && sum >= 0)) this.fail('runs_malformed', []);
    else if (sum !== height * width) this.fail('runs_sum', [sum, width, height]);
    else {
      this.boxOfRuns = boxOfRuns(counts, height);
      if (isPlain && sizes === 1 && texts === 1 && !cursor.hasBreaks) return;
      const written = compressed ?? `[${counts.values.subarray(0, counts.length).join(',')}]`;
      this.replace(Buffer.from(`{"size":[${height},${width}],"counts":${written}}`, 'latin1'));
    }
  }

  private replace(text: Buffer): void {
    this.bytes = text;
    this.start = 0;
    this.end = text.length;
  }

  private fail(fault: MaskFault, numbers: readonly number[]): void {
    if (this.fault) return;
    this.fault = fault;
    this.faultNumbers = numbers;
  }
}

/** A text's bytes without white space; numbers and marks have none in them. */
function withoutBlanks(bytes: Buffer, start: number, end: number): Buffer {
  const found = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    found[length] = byte;
    if (byte > blank) length += 1;
  }
  return found.subarray(0, length);
}

/** Whether all numbers of a list are written as whole ones, without point, exponent or sign. */
function isWhole(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    const isMark = byte <= blank || byte === comma || byte === openList || byte === closeList;
    if (!isMark && (byte < digitZero || byte > digitNine)) return false;
  }
  return true;
}

/** A JSON text with the escapes alone that it needs; null where one of them is none. */
function unescaped(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null;
  }
}
