import type { DatasetFormat, Reading, Validation } from '../../../shared/contract/datasets.ts';
import type { AcceptedImage } from './images.ts';
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
  const scan = await scanSource(source, {
    ...options,
    signal,
    onProgress: (done) => onProgress('validating', done, total),
  });
  const { validation, accepted, layout, isFatal } = evaluate(scan, format, reading);
  return { validation, accepted, base: layout.base, isFatal };
}
