import type { Split } from '../../split-names.ts';
import { nowhere, placeIn } from '../kept-texts.ts';
import { field, mark } from '../label-records.ts';
import type { LabelSpool } from '../label-spool.ts';
import { asKorean } from '../text.ts';
import { AnnotationReader } from './annotation-reader.ts';
import {
  type CocoCategory,
  type CocoFault,
  type CocoId,
  type CocoImage,
  type Counted,
  count,
  noneOf,
} from './entries.ts';
import { readCategory, readImage } from './entry-reader.ts';
import { IdIndex } from './id-index.ts';
import { ImageTable } from './image-table.ts';
import { windowEnded } from './json-bytes.ts';
import { JsonCursor, keyNames } from './json-cursor.ts';
import { SeenIds } from './seen-ids.ts';
import { readUnits } from './window.ts';

/** An annotation file with what was read of it. */
export interface ReadCocoFile {
  readonly path: string;
  readonly name: string;
  readonly folder: readonly string[];
  readonly split: Split | null;
  readonly content: CocoFile;
}

/** So many faults of each kind are kept; the rest are counted. */
const keptFaults = 100;
/** So many ids that are no numbers are kept, for what is said of their boxes; beyond, the line stands for them. */
const keptTextIds = 100_000;

/**
 * What a text of JSON is that is no annotation file: a list of detections, another list, an object without what is needed, or
 * annotations of whole images (captions have no categories).
 */
export type NoCoco = 'results' | 'list' | 'panoptic' | 'no_images' | 'no_annotations' | 'no_categories';

const [openList, closeList, openObject, closeObject, comma, colon] = [0x5b, 0x5d, 0x7b, 0x7d, 0x2c, 0x3a];

const lists = ['images', 'annotations', 'categories'] as const;
type List = (typeof lists)[number] | 'other';

const resultKeys = keyNames('image_id', 'score');

/** Reads one COCO annotation file of any length; its annotations go into the spool as they come. */
export class CocoFile {
  readonly categories: CocoCategory[] = [];
  /** How many annotations have keypoints, masks, no mask (but a box), and a mask that is one flat list; and the first of them. */
  keypoints = 0;
  masks = 0;
  readonly maskless: Counted = { ...noneOf };
  readonly flat: Counted = { ...noneOf };
  isNot: NoCoco | null = null;
  /** How many annotations have an id that another one has, too; and the first of them. */
  readonly repeated: Counted = { ...noneOf };
  /** No box reaches beyond 1: they seem to be parts of the image instead of pixels. */
  farthestEdge = 0;
  readonly faults: CocoFault[] = [];
  readonly faultCounts = new Map<CocoFault['kind'], number>();
  /** Ids of annotations that are no numbers: `field.id` holds `-1 - index`. */
  readonly textIds: string[] = [];

  /** The number of the file in the spool where its text can be read again; null where it cannot. */
  kept: number | null = null;

  private readonly spool: LabelSpool;
  private readonly cursor = new JsonCursor(Buffer.alloc(1));
  private readonly reader = new AnnotationReader(this.cursor);
  private readonly table: ImageTable;
  private readonly categoryOf = new IdIndex();
  private readonly seen = new Set<string>();
  private readonly seenIds = new SeenIds();
  private panoptic = 0;
  private state: 'start' | 'list' | 'key' | 'after' | 'end' | List = 'start';
  private isFirst = true;

  /** @param nextNumber gives an image its number in the spool: several files are read at once */
  constructor(spool: LabelSpool, nextNumber: () => number) {
    this.spool = spool;
    this.table = new ImageTable(nextNumber);
  }

  get images(): readonly CocoImage[] {
    return this.table.images;
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
    this.table.finish();
    if (this.cursor.korean) this.readNamesAsKorean();
    if (this.isNot) return;
    const missing = lists.find((list) => !this.seen.has(list));
    if (missing) this.isNot = `no_${missing}`;
    else if (this.panoptic > 0 && this.farthestEdge === 0) this.isNot = 'panoptic';
  }

  /** A few names in code page 949 are UTF-8 by chance: where other texts show what the file is in, they are read so, too. */
  private readNamesAsKorean(): void {
    for (const image of this.images)
      if (image.entry) image.entry = { ...image.entry, fileName: asKorean(image.entry.fileName) };
    for (const category of this.categories) {
      const { entry } = category;
      if (entry) category.entry = { ...entry, name: asKorean(entry.name), parent: asKorean(entry.parent) };
    }
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
    const found = [false, false];
    if (cursor.peek() === openObject)
      cursor.fields(resultKeys, (key) => {
        if (key >= 0) found[key] = true;
        cursor.skipValue();
      });
    this.isNot = found.every(Boolean) ? 'results' : 'list';
    return false;
  }

  private key(): void {
    const { cursor } = this;
    const key = cursor.string();
    cursor.expect(colon);
    const list = lists.find((each) => each === key);
    if (cursor.peek() === openList) {
      cursor.at += 1;
      this.seen.add(key);
      this.isFirst = true;
      this.state = list ?? 'other';
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
    else if (list === 'categories') this.category();
    else cursor.skipValue();
    this.isFirst = false;
  }

  private annotation(): void {
    const { reader, spool } = this;
    reader.read();
    const { head, id, image, category } = reader;
    const line = head[field.line] as number;
    if (reader.hasKeypoints) this.keypoints += 1;
    if (reader.hasSegments) this.panoptic += 1;
    const imageIndex = image === null ? -1 : this.table.index(image);
    const categoryIndex = category === null ? -1 : this.categoryIndex(category);
    if (imageIndex >= 0) this.table.count(imageIndex, id, line);
    if (categoryIndex >= 0) count(this.categories[categoryIndex] as CocoCategory, id, line);
    if (typeof id === 'number' && this.seenIds.isRepeated(id)) count(this.repeated, id, line);
    // A mask that can't be used is why there is no box.
    const { mask } = reader;
    if (mask.fault && (reader.fault === null || reader.fault === 'box_missing'))
      this.onFault(mask.fault, id, line, mask.faultNumbers);
    else if (reader.fault) this.onFault(reader.fault, id, line, reader.faultNumbers);
    if (reader.fault) {
      if (imageIndex >= 0) (this.images[imageIndex] as CocoImage).hasRefused = true;
      return;
    }
    this.countMask(id, line);
    this.farthestEdge = Math.max(
      this.farthestEdge,
      (head[field.x] as number) + (head[field.width] as number),
      (head[field.y] as number) + (head[field.height] as number),
    );
    head[field.image] = this.table.number(imageIndex);
    head[field.class] = categoryIndex;
    head[field.id] = this.idNumber(id);
    const { bytes, start, end } = mask;
    // One that is written otherwise than it was read stands in no file.
    const isRead = this.kept !== null && bytes === this.cursor.bytes;
    const place = isRead ? placeIn(this.kept as number, this.cursor.base + start) : nowhere;
    spool.add(head, bytes, start, end, place);
  }

  /** What stands in `field.id`. */
  private idNumber(id: CocoId | null): number {
    if (typeof id === 'number' && id >= 0) return id;
    if (id === null || this.textIds.length === keptTextIds) return Number.NaN;
    return -this.textIds.push(String(id));
  }

  private onFault(
    kind: CocoFault['kind'],
    id: CocoId | null,
    line: number,
    numbers: readonly number[],
  ): void {
    const soFar = this.faultCounts.get(kind) ?? 0;
    this.faultCounts.set(kind, soFar + 1);
    if (soFar < keptFaults) this.faults.push({ kind, id, line, numbers });
  }

  private countMask(id: CocoId | null, line: number): void {
    const marks = this.reader.head[field.marks] as number;
    if ((marks & (mark.polygons | mark.runs)) !== 0) this.masks += 1;
    else if (!this.reader.mask.fault) count(this.maskless, id, line);
    if ((marks & mark.flat) !== 0) count(this.flat, id, line);
  }

  private image(): void {
    const { id, fileName, width, height, line, isObject } = readImage(this.cursor, this.reader);
    if (id === null) {
      this.onFault(isObject ? 'id_missing' : 'no_object', null, line, []);
      return;
    }
    const image = this.images[this.table.index(id)] as CocoImage;
    if (image.entry === null) image.entry = { fileName, width, height, line };
    else if (image.entry.fileName !== fileName) image.others.push({ fileName, line });
  }

  private category(): void {
    const { id, name, parent, line, isObject } = readCategory(this.cursor, this.reader);
    if (id === null) {
      this.onFault(isObject ? 'id_missing' : 'no_object', null, line, []);
      return;
    }
    const category = this.categories[this.categoryIndex(id)] as CocoCategory;
    if (category.entry === null) category.entry = { name, parent, line };
    else if (category.entry.name !== name) category.others.push({ name, line });
  }

  private categoryIndex(id: CocoId): number {
    const known = this.categoryOf.find(id);
    if (known >= 0) return known;
    this.categories.push({ id, ...noneOf, entry: null, others: [] });
    return this.categoryOf.add(id);
  }
}
