import { type CocoId, type CocoImage, count, noneOf } from './entries.ts';
import { IdIndex, withRoom } from './id-index.ts';

/** The images that a file lists or its annotations name, in the order in which they come. */
export class ImageTable {
  readonly images: CocoImage[] = [];
  private readonly nextNumber: () => number;
  private readonly indexes = new IdIndex();
  /** Of each image its number and its annotations, close together: the images themselves lie far apart in memory. */
  private numbers = new Int32Array(1024);
  private counts = new Int32Array(1024);

  /** @param nextNumber gives an image its number in the spool */
  constructor(nextNumber: () => number) {
    this.nextNumber = nextNumber;
  }

  /** The place of the image with this id, which is added where there is none. */
  index(id: CocoId): number {
    const known = this.indexes.find(id);
    if (known >= 0) return known;
    const index = this.indexes.add(id);
    const number = this.nextNumber();
    this.images.push({ id, number, ...noneOf, entry: null, others: [], hasRefused: false });
    this.numbers = withRoom(this.numbers, index);
    this.counts = withRoom(this.counts, index);
    this.numbers[index] = number;
    return index;
  }

  number(index: number): number {
    return this.numbers[index] as number;
  }

  /** Counts an annotation of the image, by its own id and line. */
  count(index: number, id: CocoId | null, line: number): void {
    const soFar = this.counts[index] as number;
    this.counts[index] = soFar + 1;
    if (soFar === 0) count(this.images[index] as CocoImage, id, line);
  }

  /** Puts the counts into the images, once all have come. */
  finish(): void {
    this.images.forEach((image, index) => {
      image.annotations = this.counts[index] as number;
    });
  }
}
