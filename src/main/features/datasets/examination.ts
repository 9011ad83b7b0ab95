import type { LabelCounts } from '../../../shared/contract/dataset-labels.ts';
import type { Reading } from '../../../shared/contract/dataset-reading.ts';
import type { DatasetVersion, FormatChoice, Validation } from '../../../shared/contract/datasets.ts';
import type { SourcePlace } from '../uploads/uploads.ts';
import type { AcceptedImage } from './images.ts';

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

/** What is labelled in some images, with the classes in the order of their indexes. */
export type Labelled = LabelCounts & Pick<DatasetVersion, 'classes' | 'splits'>;

/** `annotations.jsonl` of a version that is to be, and what is in it. */
export interface Annotations {
  readonly sha256: string;
  readonly bytes: number;
  readonly labelled: Labelled;
}

/** The file of labels in the folder that a request names. */
export const annotationsFile = 'annotations.jsonl';

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
