import { field, headLength, mark } from '../label-records.ts';
import { boxOfPolygons } from '../polygons.ts';
import type { AnnotationFault, CocoId, MaskFault } from './entries.ts';
import { NumberList } from './json-bytes.ts';
import { type JsonCursor, keyNames } from './json-cursor.ts';
import { boxOfRuns, readCompressed, sumOf } from './run-lengths.ts';
import { WholeBounds } from './whole-bounds.ts';

const [idKey, imageKey, categoryKey, boxKey, segmentationKey, crowdKey, keypointsKey, segmentsKey] = [
  0, 1, 2, 3, 4, 5, 6, 7,
];
const keys = keyNames(
  'id',
  'image_id',
  'category_id',
  'bbox',
  'segmentation',
  'iscrowd',
  'keypoints',
  'segments_info',
);
const [sizeKey, countsKey] = [0, 1];
const runsKeys = keyNames('size', 'counts');

const noBytes: Buffer = Buffer.alloc(0);
const noNumbers: readonly number[] = [];
const masks = mark.polygons | mark.runs | mark.flat;

const [openList, closeList, openObject] = [0x5b, 0x5d, 0x7b];
const [comma, quote, minus, letterN, digitZero, digitNine, letterT] = [
  0x2c, 0x22, 0x2d, 0x6e, 0x30, 0x39, 0x74,
];

/** From here on numbers of 64 bits may be those of other texts, too: an id is compared by its digits. */
const leastLongId = 1e15;

/** Reads an annotation's numbers into `head`, in memory that is used for the next one again. */
export class AnnotationReader {
  readonly head = new Float64Array(headLength);
  id: CocoId | null = null;
  image: CocoId | null = null;
  category: CocoId | null = null;
  hasKeypoints = false;
  /** A panoptic annotation: the objects of a whole image, in a picture of their own. */
  hasSegments = false;
  fault: AnnotationFault | null = null;
  maskFault: MaskFault | null = null;
  /** What the faults are about: counts, sizes. */
  faultNumbers = noNumbers;
  maskFaultNumbers = noNumbers;
  /** The mask's text is in the cursor's window, or in bytes of its own; empty where there is none. */
  maskBytes: Buffer = noBytes;
  maskStart = 0;
  maskEnd = 0;
  /** Whether some id was a text of digits. */
  sawTextId = false;

  private readonly cursor: JsonCursor;
  private readonly numbers = new NumberList();
  private readonly counts = new NumberList();
  /** Around the polygons of a mask. */
  private readonly bounds = new WholeBounds();
  /** Of run lengths. */
  private boxOfMask: readonly number[] | null = null;
  private hasBox = false;
  private readonly takeValue = (key: number) => this.value(key);

  constructor(cursor: JsonCursor) {
    this.cursor = cursor;
  }

  /** Takes an annotation. @throws JsonFault, windowEnded */
  read(): void {
    const { cursor, head } = this;
    this.id = this.image = this.category = this.fault = this.maskFault = this.boxOfMask = null;
    this.faultNumbers = noNumbers;
    this.hasKeypoints = this.hasSegments = this.hasBox = false;
    this.maskStart = this.maskEnd = 0;
    head.fill(0);
    const byte = cursor.peek();
    head[field.line] = cursor.line;
    if (byte === openObject) {
      cursor.fields(keys, this.takeValue);
      this.judge();
    } else {
      cursor.skipValue();
      this.fail('no_object', []);
    }
  }

  /** Takes an id; null where the value is none. */
  readId(): CocoId | null {
    const { cursor } = this;
    const byte = cursor.peek();
    if (byte === quote) {
      const text = cursor.string();
      if (!/^(?:0|[1-9]\d{0,14})$/.test(text)) return text;
      this.sawTextId = true;
      return Number(text);
    }
    if (byte !== minus && (byte < digitZero || byte > digitNine)) {
      cursor.skipValue();
      return null;
    }
    const start = cursor.at;
    const value = cursor.number();
    return Math.abs(value) < leastLongId ? value : cursor.bytes.toString('latin1', start, cursor.at);
  }

  private value(key: number): void {
    const { cursor, head } = this;
    if (key === idKey) this.id = this.readId();
    else if (key === imageKey) this.image = this.readId();
    else if (key === categoryKey) this.category = this.readId();
    else if (key === boxKey) this.box();
    else if (key === segmentationKey) this.segmentation();
    else if (key === crowdKey) {
      if (this.flag()) (head[field.marks] as number) |= mark.crowd;
    } else {
      this.hasKeypoints ||= key === keypointsKey;
      this.hasSegments ||= key === segmentsKey;
      cursor.skipValue();
    }
  }

  /** Takes 0 or 1, true or false, also as a text. */
  private flag(): boolean {
    const { cursor } = this;
    const byte = cursor.peek();
    if (byte === quote) return /^(?:1|true)$/i.test(cursor.string());
    if (byte >= digitZero && byte <= digitNine) return cursor.number() !== 0;
    cursor.skipValue();
    return byte === letterT;
  }

  private box(): void {
    const { cursor, numbers, head } = this;
    if (cursor.peek() === letterN) {
      cursor.word('null');
      return;
    }
    numbers.length = 0;
    if (!this.numberList()) {
      this.fail('box_no_numbers', []);
      return;
    }
    if (numbers.length === 0) return;
    const { values } = numbers;
    const x = values[0] as number;
    const y = values[1] as number;
    const width = values[2] as number;
    const height = values[3] as number;
    if (numbers.length !== 4 || !Number.isFinite(x + y + width + height)) {
      this.fail('box_no_numbers', [...numbers.values.subarray(0, Math.min(numbers.length, 8))]);
      return;
    }
    head[field.x] = x;
    head[field.y] = y;
    head[field.width] = width;
    head[field.height] = height;
    this.hasBox = true;
  }

  private segmentation(): void {
    const { cursor, head } = this;
    const byte = cursor.peek();
    // Of a key that comes twice the last value counts.
    (head[field.marks] as number) &= ~masks;
    this.maskFault = this.boxOfMask = null;
    this.maskBytes = cursor.bytes;
    this.maskStart = cursor.at;
    this.bounds.clear();
    if (byte === openObject) this.runs();
    else if (byte !== openList) cursor.skipValue();
    else {
      cursor.at += 1;
      const next = cursor.peek();
      if (next === closeList) cursor.at += 1;
      else if (next === openList) this.polygons();
      else {
        cursor.at -= 1;
        (head[field.marks] as number) |= mark.polygons | mark.flat;
        this.polygon();
      }
    }
    const marks = head[field.marks] as number;
    if ((marks & (mark.polygons | mark.runs)) === 0) this.maskEnd = this.maskStart;
    else if ((marks & mark.runs) === 0) this.maskEnd = cursor.at;
    if ((marks & mark.polygons) === 0) return;
    const { left, top, right, bottom } = this.bounds;
    head[field.mask1] = left;
    head[field.mask2] = top;
    head[field.mask3] = right;
    head[field.mask4] = bottom;
  }

  private polygons(): void {
    const { cursor, head } = this;
    let isEmpty = true;
    do {
      if (cursor.peek() === closeList) cursor.fail('there is a comma too many before "]"');
      if (cursor.peek() !== openList) {
        this.failMask('polygon_no_numbers', []);
        cursor.skipValue();
      } else isEmpty = this.polygon() && isEmpty;
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
      if (!this.numberList()) {
        this.failMask('polygon_no_numbers', []);
        return false;
      }
      ({ length } = numbers);
      if (!bounds.add(numbers)) this.failMask('polygon_no_numbers', []);
    }
    if (length === 0) return true;
    if (length % 2 !== 0) this.failMask('polygon_odd', [length]);
    else if (length < 6) this.failMask('polygon_short', [length / 2]);
    return false;
  }

  /** Takes run lengths: `{"size": [height, width], "counts": [...] or "..."}`. */
  private runs(): void {
    const { cursor, numbers, counts, head } = this;
    let [height, width, sum] = [-1, -1, -1];
    let [sizes, texts, others, start, end] = [0, 0, 0, 0, 0];
    cursor.fields(runsKeys, (key) => {
      const byte = cursor.peek();
      const from = cursor.at;
      if (key === sizeKey) {
        sizes += 1;
        numbers.length = 0;
        const isSize = byte === openList && this.numberList() && numbers.length === 2;
        if (byte !== openList) cursor.skipValue();
        height = isSize ? (numbers.values[0] as number) : -1;
        width = isSize ? (numbers.values[1] as number) : -1;
      } else if (key === countsKey) {
        texts += 1;
        counts.length = 0;
        sum = -1;
        if (byte === openList) sum = this.numberList(counts) ? sumOf(counts) : -1;
        else if (byte === quote) {
          cursor.skipString();
          sum = readCompressed(cursor.bytes, from + 1, cursor.at - 1, counts) ? sumOf(counts) : -1;
        } else cursor.skipValue();
        start = from;
        end = cursor.at;
      } else {
        others += 1;
        cursor.skipValue();
      }
    });
    this.maskEnd = cursor.at;
    // What else stands there was passed over, and may be no JSON (NaN of Python's): only what was read is kept.
    if (others > 0 || sizes > 1 || texts > 1) {
      const text = cursor.bytes.toString('latin1', start, end);
      this.maskBytes = Buffer.from(`{"size":[${height},${width}],"counts":${text}}`, 'latin1');
      this.maskStart = 0;
      this.maskEnd = this.maskBytes.length;
    }
    (head[field.marks] as number) |= mark.runs;
    if (!(height > 0 && width > 0 && sum >= 0)) this.failMask('runs_malformed', []);
    else if (sum !== height * width) this.failMask('runs_sum', [sum, width, height]);
    else this.boxOfMask = boxOfRuns(counts, height);
    head[field.mask1] = height;
    head[field.mask2] = width;
  }

  /** Takes a list of numbers; false, with the list taken all the same, where it holds something else or is none. */
  private numberList(numbers = this.numbers): boolean {
    const { cursor } = this;
    const { at, line } = cursor;
    if (cursor.peek() === openList && cursor.numberList(numbers)) return true;
    cursor.at = at;
    cursor.line = line;
    cursor.skipValue();
    return false;
  }

  private fail(fault: AnnotationFault, numbers: readonly number[]): void {
    if (this.fault) return;
    this.fault = fault;
    this.faultNumbers = numbers;
  }

  private failMask(fault: MaskFault, numbers: readonly number[]): void {
    if (this.maskFault) return;
    this.maskFault = fault;
    this.maskFaultNumbers = numbers;
  }

  /** A mask gives the box where the annotation has none. */
  private judge(): void {
    const { head } = this;
    if (this.maskFault) {
      head[field.marks] = (head[field.marks] as number) & mark.crowd;
      this.maskEnd = this.maskStart;
    }
    if (this.image === null) this.fail('image_missing', []);
    else if (this.category === null) this.fail('category_missing', []);
    if (this.hasBox || this.fault) return;
    const marks = head[field.marks] as number;
    if ((marks & mark.polygons) !== 0)
      this.boxOfMask = boxOfPolygons(this.cursor.bytes.toString('latin1', this.maskStart, this.maskEnd));
    if (this.boxOfMask && (marks & (mark.polygons | mark.runs)) !== 0) head.set(this.boxOfMask, field.x);
    else this.fail('box_missing', []);
  }
}
