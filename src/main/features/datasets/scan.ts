import { hash } from 'node:crypto';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { type ImageType, signatureBytes, typeOfBytes, typeOfName } from './image-types.ts';
import { type ImageContent, ImageFault, type ImageReader } from './images.ts';
import type { LabelFiles } from './label-files.ts';
import type { SourceLimits } from './limits.ts';
import { checkPath } from './names.ts';
import { Findings, makeProblem, type Problem } from './problems.ts';
import {
  isEmpty,
  isNoImage,
  misnamed,
  notAnImage,
  problemOf,
  theImage,
  tooLarge,
  typeUnsupported,
} from './scan-problems.ts';
import { type DatasetSource, EntryFault, type SourceEntry } from './source.ts';

/** A file that is an image, or wants to be one. */
export interface ScannedImage {
  /** As the source spells it. */
  readonly sourcePath: string;
  readonly segments: readonly string[];
  /** Null if the image can't be used. */
  readonly facts: ImageContent | null;
  /** What is wrong with the file itself; it counts where the image lies in a class. */
  readonly problems: readonly Problem[];
}

export interface Scan {
  readonly images: readonly ScannedImage[];
  readonly folders: readonly (readonly string[])[];
  /** Folders in which files lie that are no images. */
  readonly otherFolders: readonly (readonly string[])[];
  readonly errors: Findings;
  readonly warnings: Findings;
  /** The deepest folder in which all files of labels lie; null where there are none. */
  readonly labelBase: readonly string[] | null;
  /** The source could not be read to its end, or is no honest dataset: what was found is not all. */
  readonly isCutShort: boolean;
}

export interface ScanOptions {
  readonly reader: ImageReader;
  readonly limits: SourceLimits;
  /** Where findings go; made anew where they are not given. */
  readonly findings?: { readonly errors: Findings; readonly warnings: Findings };
  /** Reads what is no image but says what is in the images; null where the folders do. */
  readonly labels?: LabelFiles | null;
  readonly signal?: AbortSignal;
  /** Called with the count of files looked at. */
  readonly onProgress?: (done: number) => void;
}

type FileEntry = Extract<SourceEntry, { kind: 'file' }>;

/** The scan of a source that could not be opened: the error is a finding like any other. */
export function unopened({ code, message, hint, parameters, place }: TrainyardError): Scan {
  const errors = new Findings();
  errors.add({ code, path: place.file ?? '', message, hint, parameters });
  return {
    images: [],
    folders: [],
    otherFolders: [],
    labelBase: null,
    errors,
    warnings: new Findings(),
    isCutShort: true,
  };
}

/** So many images are read and decoded at once: enough to keep two cores busy while another waits for the disk. */
const atOnce = 4;

/** Goes through a source once and looks at every file: its name, its bytes, every pixel. Changes nothing, throws for no file. */
export async function scanSource(source: DatasetSource, options: ScanOptions): Promise<Scan> {
  const scan = new Scanning(options);
  await forEachConcurrently(source.entries(), source.readsAtOnce ?? atOnce, (entry) => scan.look(entry));
  return scan.result();
}

const none: readonly Problem[] = [];

class Scanning {
  private readonly images: ScannedImage[] = [];
  private readonly folders: (readonly string[])[] = [];
  private readonly otherFolders: (readonly string[])[] = [];
  private readonly hidden: { folder: string; path: string }[] = [];
  private readonly errors: Findings;
  private readonly warnings: Findings;
  private lastOtherFolder: string | null = null;
  private labelBase: readonly string[] | null = null;
  private isCutShort = false;
  private done = 0;
  private readonly options: ScanOptions;

  constructor(options: ScanOptions) {
    this.options = options;
    this.errors = options.findings?.errors ?? new Findings();
    this.warnings = options.findings?.warnings ?? new Findings();
  }

  result(): Scan {
    const { images, folders, otherFolders, labelBase, errors, warnings, isCutShort } = this;
    for (const [folder, same] of Map.groupBy(this.hidden, (each) => each.folder))
      warnings.add(
        makeProblem('HIDDEN_LEFT_OUT', folder, { count: same.length, first: same[0]?.path ?? '' }),
      );
    images.sort((one, other) => (one.sourcePath < other.sourcePath ? -1 : 1));
    return { images, folders, otherFolders, labelBase, errors, warnings, isCutShort };
  }

  async look(entry: SourceEntry): Promise<void> {
    this.options.signal?.throwIfAborted();
    if (entry.kind === 'problem') {
      (entry.warning ? this.warnings : this.errors).add(entry.problem);
      this.isCutShort ||= entry.fatal ?? false;
      return;
    }
    const checked = checkPath(entry.path, this.options.limits.maxDepth);
    if (entry.kind === 'folder') {
      if (checked.kind === 'path') this.folders.push(checked.segments);
      // The images below such a folder are reported one by one.
      else if (checked.kind === 'problem' && checked.problem.code !== 'TOO_DEEP')
        this.warnings.add(checked.problem);
      return;
    }
    if (checked.kind === 'path' && this.options.labels?.claims(checked.segments))
      await this.readLabels(entry, checked.segments);
    else if (checked.kind === 'path') await this.lookAtFile(entry, checked.segments);
    else if (checked.kind === 'problem') await this.refuse(entry, checked.problem);
    else if (checked.kind === 'hidden' && isMissed(entry.path))
      this.hidden.push({ folder: checked.folder, path: entry.path });
    this.done += 1;
    this.options.onProgress?.(this.done);
  }

  private async readLabels(entry: FileEntry, segments: readonly string[]): Promise<void> {
    const { labels, signal } = this.options;
    this.labelBase = commonFolder(this.labelBase, segments);
    try {
      const { path, chunks, keep } = entry;
      await labels?.read({ path, segments, chunks, keep, signal });
    } catch (error) {
      const problem = this.faultOfRead(error);
      if (problem) this.errors.add(problem);
    }
  }

  private async lookAtFile(entry: FileEntry, segments: readonly string[]): Promise<void> {
    const { maxFileBytes } = this.options.limits;
    const promised = typeOfName(entry.path);
    const problems: Problem[] = [];
    let facts: ImageContent | null = null;
    try {
      const { bytes, complete, modifiedMs } = await entry.read(promised ? maxFileBytes : signatureBytes);
      const found = typeOfBytes(bytes, entry.path);
      if (found?.isByTheWay || (!promised && !found)) {
        this.passOver(found ? typeUnsupported(entry.path, found) : notAnImage(entry.path), segments);
        return;
      }
      const problem =
        promised && !complete ? tooLarge(entry.path, maxFileBytes) : this.faultOf(entry.path, bytes, found);
      if (problem) problems.push(problem);
      // Bytes that are another type than the name says are looked at all the same: one fault does not hide another.
      const isWhole = promised !== null && complete && found?.isRead === true;
      facts = isWhole ? await this.decode(entry.path, bytes, found.name, modifiedMs, problems) : null;
    } catch (error) {
      const problem = this.faultOfRead(error);
      if (!promised) {
        if (problem) this.warnings.add(problem);
        return;
      }
      if (problem) problems.push(problem);
    }
    this.images.push({
      sourcePath: entry.path,
      segments,
      facts,
      problems: problems.length === 0 ? none : problems,
    });
  }

  /** The problem of an entry that can't be read; null if the error ends the whole source, which reports it itself. */
  private faultOfRead(error: unknown): Problem | null {
    if (!(error instanceof EntryFault)) throw error;
    this.isCutShort ||= error.fatal;
    return error.fatal ? null : error.problem;
  }

  /** A path that can't be used is an error where an image lies there, and no more than a warning elsewhere. */
  private async refuse(entry: FileEntry, problem: Problem): Promise<void> {
    if (isMissed(entry.path)) this.errors.add(problem);
    else if (problem.code === 'PATH_ESCAPES') this.warnings.add(problem);
    else {
      try {
        const { bytes } = await entry.read(signatureBytes);
        if (typeOfBytes(bytes, entry.path)) this.errors.add(problem);
        else this.warnings.add(notAnImage(entry.path));
      } catch (error) {
        const unread = this.faultOfRead(error);
        if (unread) this.warnings.add(unread);
      }
    }
  }

  private passOver(problem: Problem, segments: readonly string[]): void {
    this.warnings.add(problem);
    const folder = segments.slice(0, -1);
    const joined = folder.join('/');
    if (joined === this.lastOtherFolder) return;
    this.lastOtherFolder = joined;
    this.otherFolders.push(folder);
    // Archives need not name their folders: this one is known by what lies in it.
    if (folder.length > 0) this.folders.push(folder);
  }

  private faultOf(path: string, bytes: Buffer, found: ImageType | null): Problem | null {
    const promised = typeOfName(path);
    if (!found) {
      if (promised && !promised.isRead && bytes.length > 0) return typeUnsupported(path, promised);
      const why = bytes.length === 0 ? isEmpty : isNoImage;
      return makeProblem('IMAGE_UNREADABLE', path, { image: theImage, why });
    }
    if (!found.isRead) return typeUnsupported(path, found);
    return promised?.name === found.name ? null : misnamed(path, found);
  }

  private async decode(
    path: string,
    bytes: Buffer,
    type: string,
    modifiedMs: number | null,
    problems: Problem[],
  ): Promise<ImageContent | null> {
    const { reader, limits } = this.options;
    try {
      const facts = await reader.inspect(bytes, limits.maxPixels);
      return { ...facts, type, sha256: hash('sha256', bytes), size: bytes.length, modifiedMs };
    } catch (error) {
      if (!(error instanceof ImageFault)) throw error;
      problems.push(problemOf(path, error, limits.maxPixels));
      return null;
    }
  }
}

/** The deepest folder of both: of one (null: there is none yet) and of the one that a file lies in. */
export function commonFolder(folder: readonly string[] | null, file: readonly string[]): readonly string[] {
  const own = file.slice(0, -1);
  if (folder === null) return own;
  const differs = folder.findIndex((segment, level) => segment !== own[level]);
  return differs < 0 ? folder : folder.slice(0, differs);
}

/** Whether somebody may miss the file in the dataset: not an icon or a drawing. */
function isMissed(path: string): boolean {
  const type = typeOfName(path);
  return type !== null && !type.isByTheWay;
}
