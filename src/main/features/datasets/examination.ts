import { tmpdir } from 'node:os';
import type { DatasetFormat, Reading, Validation } from '../../../shared/contract/datasets.ts';
import { CocoReader } from './formats/coco/coco.ts';
import { LabelSpool } from './formats/label-spool.ts';
import type { LabelReader } from './formats/labelled-set.ts';
import { Tally } from './formats/tally.ts';
import { VocReader } from './formats/voc/voc.ts';
import { YoloReader } from './formats/yolo/yolo.ts';
import { type AcceptedImage, ImageFault } from './images.ts';
import { evaluateLabelled } from './labelled-validation.ts';
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
  /** Leaving files out does not fix it. */
  readonly isFatal: boolean;
}

export interface ExaminationRequest extends SourcePlace {
  readonly format: DatasetFormat;
  readonly reading: Reading;
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
  { format, reading }: Pick<ExaminationRequest, 'format' | 'reading'>,
  { signal, onProgress, ...options }: ExaminationWatch & Pick<ScanOptions, 'reader' | 'limits'>,
): Promise<Examination> {
  onProgress('counting', 0, null);
  const total = await source.count((found) => onProgress('counting', found, null), signal);
  signal.throwIfAborted();
  onProgress('validating', 0, total);
  const watched = { ...options, signal, onProgress: (done: number) => onProgress('validating', done, total) };
  if (format !== 'imagenet') return examineLabelled(source, format, watched);
  const scan = await scanSource(source, watched);
  const { validation, accepted, layout, isFatal } = evaluate(scan, format, reading);
  return { validation, accepted, base: layout.base, isFatal };
}

async function examineLabelled(
  source: DatasetSource,
  format: Exclude<DatasetFormat, 'imagenet'>,
  options: ScanOptions,
): Promise<Examination> {
  const findings = { errors: new Findings(), warnings: new Findings() };
  const tally = new Tally(findings.errors, findings.warnings);
  using spool = new LabelSpool(tmpdir());
  const labels = readerOf(format, spool, tally, options.limits.maxPixels);
  const scan = await scanSource(source, { ...options, labels, findings });
  const validation = evaluateLabelled(scan, format, { labels, spool, tally });
  return { validation, accepted: [], base: [], isFatal: true };
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
