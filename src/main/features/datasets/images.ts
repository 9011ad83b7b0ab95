import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { Split } from './layout.ts';

/** What decoding an image tells. */
export interface ImageFacts {
  /** Pixels of the upright image: as its orientation (EXIF and the like) turns it. */
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bits of a channel as they are stored: 16, or 8 for everything that has 8 or fewer. */
  readonly bits: 8 | 16;
  /** The least and the largest value of any colour channel: to 65,535 with 16 bits, of the grey image (to 255) with 8. */
  readonly lowest: number;
  readonly highest: number;
  /** See `fingerprint.ts`. */
  readonly fingerprint: Uint8Array;
  /** What the decoder had to repair; null where the file is sound. */
  readonly damage: Bilingual | null;
}

/** What an image is, as its bytes tell. */
export interface ImageContent extends ImageFacts {
  readonly type: string;
  readonly sha256: string;
  readonly size: number;
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

/** What an import needs to know of an image; how it looks has been judged by then. */
export type AcceptedImage = Omit<PlacedImage, 'type' | 'lowest' | 'fingerprint' | 'damage'>;
