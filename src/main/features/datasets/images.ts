import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { Split } from './layout.ts';

/** What is known of an image once it is decoded. */
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
  /** What the decoder had to repair; null if the file is sound. */
  readonly damage: Bilingual | null;
}

/** An image's facts, with what its bytes show. */
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
export interface AcceptedImage
  extends Omit<PlacedImage, 'type' | 'lowest' | 'fingerprint' | 'damage' | 'class'> {
  /** Null where its objects have classes. */
  readonly class: string | null;
  /** Its line in `annotations.jsonl`; not there where the image has a class. */
  readonly objects?: ObjectsLine;
}

export interface ObjectsLine {
  /** Its length, with its end. */
  readonly bytes: number;
  /** Indexes of the classes, each once, rising. */
  readonly classes: readonly number[];
}

/**
 * Decodes images. `inspect` is strict and says what is wrong with a file; everything behind the import reads whatever the import
 * took, by the rules of docs/run-directory.md ("How images are read"), which trainers keep to as well.
 */
export interface ImageReader {
  /** Decodes every pixel of a whole file's bytes. @throws ImageFault */
  inspect(bytes: Buffer, maxPixels: number): Promise<ImageFacts>;
  /** The size in pixels of the upright image, from the file's header. @throws ImageFault */
  uprightSize(bytes: Buffer): Promise<{ readonly width: number; readonly height: number }>;
  /**
   * A picture that browsers show, upright, its longer side at most `size` pixels, never enlarged.
   * @param white the value of white of a 16-bit image; null for one of 8 bits @throws ImageFault
   */
  thumbnail(
    bytes: Buffer,
    size: number,
    white: number | null,
  ): Promise<{ readonly body: Uint8Array; readonly mediaType: string }>;
}

/** `coding`: the decoder lacks what the file needs. `pixels`: their values have no scale; `why` says what they are. */
export type ImageFaultReason = 'unreadable' | 'too_large' | 'coding' | 'pixels';

/** Why an image can't be used. */
export class ImageFault extends Error {
  readonly reason: ImageFaultReason;
  readonly why: Bilingual;

  constructor(reason: ImageFaultReason, why: Bilingual, cause?: unknown) {
    super(why.en, { cause });
    this.reason = reason;
    this.why = why;
  }
}
