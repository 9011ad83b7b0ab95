import { createHash } from 'node:crypto';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import type { TrainyardError } from '../../../shared/model/errors.ts';
import {
  extensionWrong,
  fileTooLarge,
  imageTooLarge,
  imageUnreadable,
  notAnImage,
  notSupported,
} from './image-problems.ts';
import { signatureBytes, typeOfBytes, typeOfName } from './image-types.ts';
import type { ImageContent } from './images.ts';
import type { SourceLimits } from './limits.ts';
import { checkPath } from './names.ts';
import { type DatasetSource, EntryFault, ImageFault, type ImageReader, type SourceEntry } from './ports.ts';
import { Findings, type Problem } from './problems.ts';

/** A file that is an image, or wants to be one. */
interface ScannedImage {
  /** As the source spells it. */
  readonly sourcePath: string;
  readonly segments: readonly string[];
  /** Null where the image can't be used. */
  readonly facts: ImageContent | null;
  /** Whether an error of its own was found. */
  readonly isFaulty: boolean;
}

export interface Scan {
  readonly images: readonly ScannedImage[];
  readonly folders: readonly (readonly string[])[];
  readonly errors: Findings;
  readonly warnings: Findings;
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

/** What is told of a source that could not be opened: a finding like any other. */
export function unopened({ code, message, mend, place }: TrainyardError): Scan {
  const errors = new Findings();
  errors.add({ code, path: place.file ?? '', message, mend });
  return { images: [], folders: [], errors, warnings: new Findings(), isCutShort: true };
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
  private readonly errors = new Findings();
  private readonly warnings = new Findings();
  private lastFolder = '';
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
      (entry.warning ? this.warnings : this.errors).add(entry.problem);
      this.isCutShort ||= entry.fatal ?? false;
      return;
    }
    const checked = checkPath(entry.path, this.options.limits.maxDepth);
    if (checked.kind === 'ignored') return;
    if (checked.kind === 'problem') this.errors.add(checked.problem);
    else if (entry.kind === 'folder') this.folders.push(checked.segments);
    else await this.lookAtFile(entry, checked.segments);
  }

  private async lookAtFile(
    entry: Extract<SourceEntry, { kind: 'file' }>,
    segments: readonly string[],
  ): Promise<void> {
    const { maxFileBytes } = this.options.limits;
    const promised = typeOfName(entry.path);
    try {
      const { bytes, complete, modifiedMs } = await entry.read(promised ? maxFileBytes : signatureBytes);
      const found = typeOfBytes(bytes);
      if (!promised && !found) this.passOver(entry.path, segments);
      else {
        const problem =
          promised && !complete
            ? fileTooLarge(entry.path, maxFileBytes)
            : this.faultOf(entry.path, bytes, found);
        if (problem) this.errors.add(problem);
        // Bytes that are another type than the name says are looked at all the same: one fault does not hide another.
        const isWhole = promised !== null && complete && found?.read === true;
        const facts = isWhole ? await this.decode(entry.path, bytes, found.name, modifiedMs) : null;
        this.images.push({ sourcePath: entry.path, segments, facts, isFaulty: problem !== null || !facts });
      }
    } catch (error) {
      if (!(error instanceof EntryFault)) throw error;
      // What ends the whole source, the source tells by itself.
      if (!error.fatal) this.errors.add(error.problem);
      this.isCutShort ||= error.fatal;
      if (promised) this.images.push({ sourcePath: entry.path, segments, facts: null, isFaulty: true });
    }
    this.done += 1;
    this.options.onProgress?.(this.done);
  }

  private passOver(path: string, segments: readonly string[]): void {
    this.warnings.add(notAnImage(path));
    const folder = segments.slice(0, -1);
    if (folder.length === 0 || folder.join('/') === this.lastFolder) return;
    // Archives need not name their folders: this one is known by what lies in it.
    this.lastFolder = folder.join('/');
    this.folders.push(folder);
  }

  private faultOf(
    path: string,
    bytes: Uint8Array,
    found: { name: string; read: boolean } | null,
  ): Problem | null {
    if (!found)
      return imageUnreadable(path, bytes.length === 0 ? 'the file is empty' : 'its bytes are no image');
    if (!found.read) return notSupported(path, found.name);
    return typeOfName(path)?.name === found.name ? null : extensionWrong(path, found.name);
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
      this.errors.add(
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
