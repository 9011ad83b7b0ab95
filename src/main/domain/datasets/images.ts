import type { Split } from './layout.ts';

/** What an image is, as its bytes tell. */
export interface ImageContent {
  readonly type: string;
  readonly sha256: string;
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Milliseconds since 1970; null in archives. */
  readonly modifiedMs: number | null;
}

/** A readable image that lies in a class. */
export interface PlacedImage extends ImageContent {
  /** As the source spells it, from its top on. */
  readonly sourcePath: string;
  /** From the dataset's base on, as the source spells it. */
  readonly file: string;
  /** From the dataset's base on, NFC. */
  readonly path: string;
  readonly class: string;
  readonly split: Split | null;
}
