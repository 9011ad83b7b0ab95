import type { Split } from '../../split-names.ts';
import { field, type LabelSpool, mark } from '../label-spool.ts';
import { type AnnotationFault, AnnotationReader, type CocoId, type MaskFault } from './annotation-reader.ts';
import { JsonCursor, windowEnded } from './json-cursor.ts';
import { readUnits } from './window.ts';

/** How many annotations there are of a kind, and the first of them. */
export interface Counted {
  annotations: number;
  firstId: CocoId | null;
  firstLine: number;
}

/** An image that a file lists, or that its annotations name: then `entry` is null. */
export interface CocoImage extends Counted {
  readonly id: CocoId;
  entry: {
    readonly fileName: string | null;
    readonly width: number | null;
    readonly height: number | null;
    readonly line: number;
  } | null;
  /** The line that lists the same id once more; the first of them. */
  again: number | null;
}

export interface CocoCategory extends Counted {
  readonly id: CocoId;
  entry: { readonly name: string | null; readonly parent: string | null; readonly line: number } | null;
}

/** An annotation file with what was read of it. */
export interface ReadCocoFile {
  readonly path: string;
  readonly folder: readonly string[];
  readonly split: Split | null;
  readonly content: CocoFile;
  /** The number in the spool of its first image. */
  readonly firstImage: number;
}

/** Called for an annotation, image or category that can't be used, and for a mask that can't. */
export type OnFault = (
  kind: AnnotationFault | MaskFault | 'id_missing',
  id: CocoId | null,
  line: number,
  numbers: readonly number[],
) => void;

/** What a text of JSON is that is no annotation file: a list of detections, another list, or an object without what is needed. */
export type NoCoco = 'results' | 'list' | 'no_images' | 'no_annotations' | 'no_categories';

const [openList, closeList, openObject, closeObject, comma, colon] = [0x5b, 0x5d, 0x7b, 0x7d, 0x2c, 0x3a];

const lists = ['images', 'annotations', 'categories'] as const;
type List = (typeof lists)[number];

/** Reads one COCO annotation file of any length; its annotations go into the spool as they come. */
export class CocoFile {
  readonly images: CocoImage[] = [];
  readonly categories: CocoCategory[] = [];
  /** How many annotations have keypoints, masks, no mask (but a box), and a mask that is one flat list; and the first of them. */
  keypoints = 0;
  masks = 0;
  readonly maskless: Counted = { annotations: 0, firstId: null, firstLine: 0 };
  readonly flat: Counted = { annotations: 0, firstId: null, firstLine: 0 };
  isNot: NoCoco | null = null;
  /** Ids of annotations that are no numbers: `field.id` holds `-1 - index`. */
  readonly textIds: string[] = [];

  private readonly spool: LabelSpool;
  private readonly firstImage: number;
  private readonly onFault: OnFault;
  private readonly cursor = new JsonCursor(new Uint8Array(1));
  private readonly reader = new AnnotationReader(this.cursor);
  private readonly imageOf = new Map<CocoId, number>();
  private readonly categoryOf = new Map<CocoId, number>();
  private readonly seen = new Set<string>();
  private state: 'start' | 'list' | 'key' | 'after' | 'end' | List = 'start';
  private isFirst = true;

  /** @param firstImage the number that the file's first image has in the spool */
  constructor(spool: LabelSpool, firstImage: number, onFault: OnFault) {
    this.spool = spool;
    this.firstImage = firstImage;
    this.onFault = onFault;
  }

  /** Whether ids are texts of digits somewhere. */
  get hasTextIds(): boolean {
    return this.reader.sawTextId;
  }

  /** The first text that was read in code page 949; null where all are UTF-8. */
  get korean(): JsonCursor['korean'] {
    return this.cursor.korean;
  }

  /** @throws JsonFault where the text is no JSON */
  async read(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await readUnits(chunks, this.cursor, () => this.unit());
    if (this.isNot) return;
    const missing = lists.find((list) => !this.seen.has(list));
    if (missing) this.isNot = `no_${missing}`;
  }

  private unit(): boolean {
    if (this.state === 'start') this.start();
    else if (this.state === 'list') return this.listAtTop();
    else if (this.state === 'key') this.key();
    else if (this.state === 'after') this.after();
    else if (this.state === 'end') return this.end();
    else this.item(this.state);
    return true;
  }

  private start(): void {
    const { cursor } = this;
    const { bytes, at } = cursor;
    if (bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) cursor.at += 3;
    if (cursor.take(openList)) this.state = 'list';
    else {
      cursor.expect(openObject);
      this.state = cursor.take(closeObject) ? 'end' : 'key';
    }
  }

  /** A list at the top is no annotation file; its first item says what it is, the rest is not read. */
  private listAtTop(): boolean {
    const { cursor } = this;
    const keys = new Set<string>();
    if (cursor.peek() === openObject)
      cursor.fields((key) => {
        keys.add(key);
        cursor.skipValue();
      });
    this.isNot = keys.has('score') && keys.has('image_id') ? 'results' : 'list';
    return false;
  }

  private key(): void {
    const { cursor } = this;
    const key = cursor.string();
    cursor.expect(colon);
    const list = lists.find((each) => each === key);
    if (list && cursor.peek() === openList) {
      cursor.at += 1;
      this.seen.add(list);
      this.isFirst = true;
      this.state = list;
    } else {
      cursor.skipValue();
      this.state = 'after';
    }
  }

  private after(): void {
    const { cursor } = this;
    if (cursor.take(comma)) this.state = 'key';
    else {
      cursor.expect(closeObject);
      this.state = 'end';
    }
  }

  private end(): boolean {
    const { cursor } = this;
    while (cursor.at < cursor.end) {
      if ((cursor.bytes[cursor.at] as number) > 0x20) cursor.fail('more text comes behind the end');
      cursor.at += 1;
    }
    if (cursor.isLast) return false;
    throw windowEnded;
  }

  /** Takes an item, and the comma before it. It is kept at its very end, because it may be begun again. */
  private item(list: List): void {
    const { cursor } = this;
    if (this.isFirst ? cursor.take(closeList) : !cursor.take(comma)) {
      if (!this.isFirst) cursor.expect(closeList);
      this.state = 'after';
      return;
    }
    if (cursor.peek() === closeList) cursor.fail('there is a comma too many before "]"');
    if (list === 'annotations') this.annotation();
    else if (list === 'images') this.image();
    else this.category();
    this.isFirst = false;
  }

  private annotation(): void {
    const { reader, spool, cursor, onFault } = this;
    reader.read();
    const { head, id, image, category } = reader;
    const line = head[field.line] as number;
    if (reader.hasKeypoints) this.keypoints += 1;
    const imageIndex = image === null ? -1 : this.imageIndex(image);
    const categoryIndex = category === null ? -1 : this.categoryIndex(category);
    if (imageIndex >= 0) count(this.images[imageIndex] as CocoImage, id, line);
    if (categoryIndex >= 0) count(this.categories[categoryIndex] as CocoCategory, id, line);
    const fault = reader.fault ?? reader.maskFault;
    if (fault) onFault(fault, id, line, reader.faultNumbers);
    if (reader.fault) return;
    this.countMask(id, line);
    head[field.image] = this.firstImage + imageIndex;
    head[field.class] = categoryIndex;
    head[field.id] = typeof id === 'number' ? id : id === null ? Number.NaN : -this.textIds.push(id);
    spool.add(head, cursor.bytes, reader.maskStart, reader.maskEnd);
  }

  private countMask(id: CocoId | null, line: number): void {
    const marks = this.reader.head[field.marks] as number;
    if ((marks & (mark.polygons | mark.runs)) !== 0) this.masks += 1;
    else if (!this.reader.maskFault) count(this.maskless, id, line);
    if ((marks & mark.flat) !== 0) count(this.flat, id, line);
  }

  private image(): void {
    const { cursor } = this;
    cursor.peek();
    const { line } = cursor;
    let [id, fileName, width, height]: [CocoId | null, string | null, number | null, number | null] = [
      null,
      null,
      null,
      null,
    ];
    cursor.fields((key) => {
      if (key === 'id') id = this.reader.readId();
      else if (key === 'file_name') fileName = this.text();
      else if (key === 'width') width = this.size();
      else if (key === 'height') height = this.size();
      else cursor.skipValue();
    });
    if (id === null) this.onFault('id_missing', null, line, []);
    else {
      const image = this.images[this.imageIndex(id)] as CocoImage;
      if (image.entry) image.again ??= line;
      else image.entry = { fileName, width, height, line };
    }
  }

  private category(): void {
    const { cursor } = this;
    cursor.peek();
    const { line } = cursor;
    let [id, name, parent]: [CocoId | null, string | null, string | null] = [null, null, null];
    cursor.fields((key) => {
      if (key === 'id') id = this.reader.readId();
      else if (key === 'name') name = this.text();
      else if (key === 'supercategory') parent = this.text();
      else cursor.skipValue();
    });
    if (id === null) this.onFault('id_missing', null, line, []);
    else {
      const category = this.categories[this.categoryIndex(id)] as CocoCategory;
      category.entry ??= { name, parent, line };
    }
  }

  private text(): string | null {
    const { cursor } = this;
    if (cursor.peek() === 0x22) return cursor.string();
    cursor.skipValue();
    return null;
  }

  /** Null where it is no size. */
  private size(): number | null {
    const { cursor } = this;
    const byte = cursor.peek();
    let value = Number.NaN;
    if (byte === 0x22) value = Number(cursor.string());
    else if (byte >= 0x30 && byte <= 0x39) value = cursor.number();
    else cursor.skipValue();
    return Number.isInteger(value) && value > 0 ? value : null;
  }

  private imageIndex(id: CocoId): number {
    let index = this.imageOf.get(id);
    if (index === undefined) {
      index =
        this.images.push({ id, annotations: 0, firstId: null, firstLine: 0, entry: null, again: null }) - 1;
      this.imageOf.set(id, index);
    }
    return index;
  }

  private categoryIndex(id: CocoId): number {
    let index = this.categoryOf.get(id);
    if (index === undefined) {
      index = this.categories.push({ id, annotations: 0, firstId: null, firstLine: 0, entry: null }) - 1;
      this.categoryOf.set(id, index);
    }
    return index;
  }
}

function count(named: Counted, id: CocoId | null, line: number): void {
  if (named.annotations === 0) {
    named.firstId = id;
    named.firstLine = line;
  }
  named.annotations += 1;
}
