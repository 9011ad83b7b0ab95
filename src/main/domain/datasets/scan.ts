import { createHash } from 'node:crypto';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import {
  extensionWrong,
  fileTooLarge,
  imageTooLarge,
  imageUnreadable,
  notAnImage,
  notSupported,
} from './image-problems.ts';
import { signatureBytes, typeOfBytes, typeOfName } from './image-types.ts';
import type { SourceLimits } from './limits.ts';
import { checkPath } from './names.ts';
import { type DatasetSource, EntryFault, ImageFault, type ImageReader, type SourceEntry } from './ports.ts';
import type { Problem } from './problems.ts';

/** A file that is an image, or wants to be one. */
export interface ScannedImage {
  /** As the source spells it. */
  readonly sourcePath: string;
  readonly segments: readonly string[];
  /** Null where the image can't be used. */
  readonly facts: ImageContent | null;
}

export interface ImageContent {
  readonly type: string;
  readonly sha256: string;
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly modifiedMs: number | null;
}

export interface Scan {
  readonly images: readonly ScannedImage[];
  readonly folders: readonly (readonly string[])[];
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The source could not be read to its end, or is no honest dataset: what was found is not all. */
  readonly isCutShort: boolean;
}

export interface ScanOptions {
  readonly reader: ImageReader;
  readonly limits: SourceLimits;
  readonly signal?: AbortSignal;
  /** Called with the count of files looked at. */
  readonly onProgress?: (done: number) => void;
}

/** So many images are read and decoded at once: enough to keep two cores busy while another waits for the disk. */
const atOnce = 4;

/** Goes through a source once and looks at every file: its name, its bytes, every pixel. Changes nothing, throws for no file. */
export async function scanSource(source: DatasetSource, options: ScanOptions): Promise<Scan> {
  const scan = new Scanning(options);
  await forEachConcurrently(source.entries(), atOnce, (entry) => scan.look(entry));
  return scan.result();
}

class Scanning {
  private readonly images: ScannedImage[] = [];
  private readonly folders: (readonly string[])[] = [];
  private readonly errors: Problem[] = [];
  private readonly warnings: Problem[] = [];
  private isCutShort = false;
  private done = 0;
  private readonly options: ScanOptions;

  constructor(options: ScanOptions) {
    this.options = options;
  }

  result(): Scan {
    const { images, folders, errors, warnings, isCutShort } = this;
    images.sort((one, other) => (one.sourcePath < other.sourcePath ? -1 : 1));
    return { images, folders, errors, warnings, isCutShort };
  }

  async look(entry: SourceEntry): Promise<void> {
    this.options.signal?.throwIfAborted();
    if (entry.kind === 'problem') {
      (entry.warning ? this.warnings : this.errors).push(entry.problem);
      this.isCutShort ||= entry.fatal ?? false;
      return;
    }
    const checked = checkPath(entry.path, this.options.limits.maxDepth);
    if (checked.kind === 'ignored') return;
    if (checked.kind === 'problem') this.errors.push(checked.problem);
    else if (entry.kind === 'folder') this.folders.push(checked.segments);
    else await this.lookAtFile(entry, checked.segments);
  }

  private async lookAtFile(
    entry: Extract<SourceEntry, { kind: 'file' }>,
    segments: readonly string[],
  ): Promise<void> {
    const { limits } = this.options;
    const promised = typeOfName(entry.path);
    try {
      const { bytes, complete, modifiedMs } = await entry.read(
        promised ? limits.maxFileBytes : signatureBytes,
      );
      const found = typeOfBytes(bytes);
      if (!promised && !found) {
        this.warnings.push(notAnImage(entry.path));
        // Archives need not name their folders: this one is known by what lies in it.
        if (segments.length > 1) this.folders.push(segments.slice(0, -1));
      } else {
        if (promised && !complete) this.errors.push(fileTooLarge(entry.path, limits.maxFileBytes));
        const usable = !(promised && !complete) && this.isReadable(entry.path, bytes, promised, found);
        const facts =
          usable && promised && found ? await this.decode(entry.path, bytes, found.name, modifiedMs) : null;
        this.images.push({ sourcePath: entry.path, segments, facts });
      }
    } catch (error) {
      if (!(error instanceof EntryFault)) throw error;
      // What ends the whole source, the source tells by itself.
      if (!error.fatal) this.errors.push(error.problem);
      this.isCutShort ||= error.fatal;
      if (promised) this.images.push({ sourcePath: entry.path, segments, facts: null });
    }
    this.done += 1;
    this.options.onProgress?.(this.done);
  }

  private isReadable(
    path: string,
    bytes: Uint8Array,
    promised: { name: string } | null,
    found: { name: string; read: boolean } | null,
  ): boolean {
    if (!found) {
      const why = bytes.length === 0 ? 'the file is empty' : 'its bytes are no image';
      this.errors.push(imageUnreadable(path, why));
      return false;
    }
    if (!found.read) this.errors.push(notSupported(path, found.name));
    else if (promised?.name !== found.name) this.errors.push(extensionWrong(path, found.name));
    return found.read;
  }

  private async decode(
    path: string,
    bytes: Uint8Array,
    type: string,
    modifiedMs: number | null,
  ): Promise<ImageContent | null> {
    try {
      const { width, height, channels } = await this.options.reader.inspect(
        bytes,
        this.options.limits.maxPixels,
      );
      return { type, sha256: sha256(bytes), size: bytes.length, width, height, channels, modifiedMs };
    } catch (error) {
      if (!(error instanceof ImageFault)) throw error;
      const tooLarge = error.reason === 'too_large';
      this.errors.push(
        tooLarge ? imageTooLarge(path, this.options.limits.maxPixels) : imageUnreadable(path, error.message),
      );
      return null;
    }
  }
}

/** The SHA-256 of bytes, in hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
