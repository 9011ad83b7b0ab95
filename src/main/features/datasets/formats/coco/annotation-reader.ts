import { field, headLength, mark } from '../label-records.ts';
import type { AnnotationFault, CocoId } from './entries.ts';
import { NumberList } from './json-bytes.ts';
import { type JsonCursor, keyNames } from './json-cursor.ts';
import { MaskReader } from './mask-reader.ts';

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
const noNumbers: readonly number[] = [];
const openObject = 0x7b;
const [quote, minus, letterN, digitZero, digitNine, letterT] = [0x22, 0x2d, 0x6e, 0x30, 0x39, 0x74];

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
  /** What the fault is about. */
  faultNumbers = noNumbers;
  readonly mask: MaskReader;
  /** Whether some id was a text of digits. */
  sawTextId = false;

  private readonly cursor: JsonCursor;
  private readonly numbers = new NumberList();
  private hasBox = false;
  private readonly takeValue = (key: number) => this.value(key);

  constructor(cursor: JsonCursor) {
    this.cursor = cursor;
    this.mask = new MaskReader(cursor);
  }

  /** Takes an annotation. @throws JsonFault, windowEnded */
  read(): void {
    const { cursor, head } = this;
    this.id = this.image = this.category = this.fault = null;
    this.faultNumbers = noNumbers;
    this.hasKeypoints = this.hasSegments = this.hasBox = false;
    this.mask.clear();
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
    else if (key === segmentationKey) this.mask.read(head);
    else if (key === crowdKey) {
      (head[field.marks] as number) &= ~mark.crowd;
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
    // Of a key that comes twice the last value counts.
    this.hasBox = false;
    this.fault = null;
    if (cursor.peek() === letterN) {
      cursor.word('null');
      return;
    }
    numbers.length = 0;
    if (!cursor.numbersOnly(numbers)) {
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

  private fail(fault: AnnotationFault, numbers: readonly number[]): void {
    if (this.fault) return;
    this.fault = fault;
    this.faultNumbers = numbers;
  }

  /** A mask gives the box where the annotation has none. */
  private judge(): void {
    const { head, mask } = this;
    if (mask.fault) {
      head[field.marks] = (head[field.marks] as number) & mark.crowd;
      mask.drop();
    }
    if (this.image === null) this.fail('image_missing', []);
    else if (this.category === null) this.fail('category_missing', []);
    if (this.hasBox || this.fault) return;
    const box = mask.box(head[field.marks] as number);
    if (box) head.set(box, field.x);
    else this.fail('box_missing', []);
  }
}
