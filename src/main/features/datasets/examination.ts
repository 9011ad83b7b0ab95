import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatasetFormat, FormatChoice, Reading, Validation } from '../../../shared/contract/datasets.ts';
import { AnnotationsFile } from './annotations-file.ts';
import { recogniseFormat } from './format-marks.ts';
import { CocoReader } from './formats/coco/coco.ts';
import { LabelSpool } from './formats/label-spool.ts';
import type { LabelReader } from './formats/labelled-set.ts';
import { Tally } from './formats/tally.ts';
import { VocReader } from './formats/voc/voc.ts';
import { YoloReader } from './formats/yolo/yolo.ts';
import { type AcceptedImage, ImageFault } from './images.ts';
import { type Annotations, evaluateLabelled } from './labelled-validation.ts';
import { readMaskPixels } from './pixels/mask-pixels.ts';
import { Findings } from './problems.ts';
import { type ScanOptions, scanSource } from './scan.ts';
import type { DatasetSource, SourcePlace, Uploads } from './source.ts';
import { evaluate } from './validation.ts';

/** What was found in a source, and what could be imported of it. */
export interface Examination {
  readonly validation: Validation;
  /** Sorted by path: the images without an error of their own. */
  readonly accepted: readonly AcceptedImage[];
  /** The folders that only wrap the dataset, as the source spells them. */
  readonly base: readonly string[];
  /** What is labelled in the accepted images; null where images have classes. */
  readonly annotations: Annotations | null;
  /** Leaving files out does not fix it. */
  readonly isFatal: boolean;
}

/** Where `annotations.jsonl` is put, in the folder that a request names. */
export const annotationsIn = (folder: string) => path.join(folder, 'annotations.jsonl');

export interface ExaminationRequest extends SourcePlace {
  readonly format: FormatChoice;
  readonly reading: Reading;
  /** Where labels are put that are to be imported, an absolute folder that is the caller's; null: they are only looked at. */
  readonly scratch: string | null;
}

export interface ExaminationWatch {
  /** Aborted, the work ends, and the examination is rejected with the signal's reason. */
  readonly signal: AbortSignal;
  /** `counting`: `done` files were found. `validating`: `done` of `total` files were examined; `total` is null if only reading all of them would show it. */
  readonly onProgress: (phase: 'counting' | 'validating', done: number, total: number | null) => void;
}

/** Looks at everything in a source. @throws TrainyardError as {@link OpenSource}; no fault of a file throws */
export type Examine = (request: ExaminationRequest, watch: ExaminationWatch) => Promise<Examination>;

const uploadScheme = 'upload://';

/** Where the source lies that an import or a check names. @throws TrainyardError as {@link Uploads.resolve} */
export async function placeOfSource(uploads: Pick<Uploads, 'resolve'>, source: string): Promise<SourcePlace> {
  if (!source.startsWith(uploadScheme)) return { path: source, uploadName: null };
  const { path, name } = await uploads.resolve(source.slice(uploadScheme.length));
  return { path, uploadName: name };
}

/** Counts the files of a source, looks at every one, and judges the whole; in this thread. */
export async function examineSource(
  source: DatasetSource,
  request: Pick<ExaminationRequest, 'format' | 'reading' | 'scratch'>,
  { signal, onProgress, ...options }: ExaminationWatch & Pick<ScanOptions, 'reader' | 'limits'>,
): Promise<Examination> {
  onProgress('counting', 0, null);
  const total = await source.count((found) => onProgress('counting', found, null), signal);
  signal.throwIfAborted();
  const { format, recognised } =
    request.format === 'auto'
      ? await recogniseFormat(
          source,
          options.limits.maxDepth,
          (found) => onProgress('counting', found, null),
          signal,
        )
      : { format: request.format, recognised: null };
  onProgress('validating', 0, total);
  const watched = { ...options, signal, onProgress: (done: number) => onProgress('validating', done, total) };
  const examined =
    format === 'imagenet'
      ? await examineFolders(source, request.reading, watched)
      : await examineLabelled(source, format, request.scratch, watched);
  const { validation } = examined;
  return { ...examined, validation: { ...validation, summary: { ...validation.summary, recognised } } };
}

async function examineFolders(
  source: DatasetSource,
  reading: Reading,
  options: ScanOptions,
): Promise<Examination> {
  const scan = await scanSource(source, options);
  const { validation, accepted, layout, isFatal } = evaluate(scan, 'imagenet', reading);
  return { validation, accepted, base: layout.base, annotations: null, isFatal };
}

async function examineLabelled(
  source: DatasetSource,
  format: Exclude<DatasetFormat, 'imagenet'>,
  scratch: string | null,
  options: ScanOptions,
): Promise<Examination> {
  const findings = { errors: new Findings(), warnings: new Findings() };
  const tally = new Tally(findings.errors, findings.warnings);
  using spool = new LabelSpool(scratch ?? tmpdir());
  const labels = readerOf(format, spool, tally, options.limits.maxPixels);
  const scan = await scanSource(source, { ...options, labels, findings });
  using file = new AnnotationsFile(scratch && annotationsIn(scratch));
  return evaluateLabelled(scan, format, { labels, spool, tally }, file);
}

function readerOf(
  format: Exclude<DatasetFormat, 'imagenet'>,
  spool: LabelSpool,
  tally: Tally,
  maxPixels: number,
): LabelReader {
  switch (format) {
    case 'coco':
      return new CocoReader(spool, tally);
    case 'yolo':
      return new YoloReader(spool, tally);
    case 'pascal_voc':
      return new VocReader(spool, tally, (bytes) =>
        readMaskPixels(bytes, maxPixels).catch((error: unknown) => {
          if (error instanceof ImageFault) return error;
          throw error;
        }),
      );
  }
}
