import type { RunStatus } from '../../../shared/model/run.ts';
import type { ExactPoints, RollupState } from './rollups.ts';

/** A row of `metrics` with its values as they were given; those that are not finite are strings. */
export interface StoredPoint {
  readonly seq: number;
  readonly attempt: number;
  readonly attemptSeq: number;
  readonly step: number;
  readonly epoch: number;
  readonly time: Date;
  readonly values: Readonly<Record<string, number | string>>;
}

export interface PointReader {
  /**
   * At most `limit` points after a journal number, and the journal's last number, as of one moment.
   * @throws TrainyardError RUN_NOT_FOUND
   */
  page(
    runId: string,
    after: number,
    limit: number,
  ): Promise<{ readonly status: RunStatus; readonly lastSeq: number; readonly points: StoredPoint[] }>;
}

/** A line of one attempt's metric at one level. */
export interface BucketRange {
  readonly attempt: number;
  readonly name: string;
  readonly level: number;
  /** From this bucket to before that one. */
  readonly from: number;
  readonly to: number;
}

/** The steps that a chart shows, both included. */
export interface StepWindow {
  readonly fromStep: number;
  readonly toStep: number;
}

/** Buckets in columns of equal length, in order; `min`, `max` are null where no point is finite, `sum` where it is not. */
export interface BucketColumns {
  readonly count: readonly number[];
  readonly nonFinite: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly sum: readonly (number | null)[];
  readonly lastStep: readonly number[];
  readonly lastEpoch: readonly number[];
}

/** Those buckets of a range that touch a window, and whatever stands between them. */
export interface TouchedRange {
  readonly from: number;
  readonly to: number;
  /** The journal numbers of their first and last point. */
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What the rollups of a run hold, as of one moment. */
export interface RollupView {
  /** The journal's last number: what the view covers. */
  readonly lastSeq: number;
  /** By attempt number, in order. */
  readonly attempts: readonly { readonly attempt: number; readonly rollups: RollupState }[];
  /** Whole buckets of each range, of level 1 or above. */
  buckets(ranges: readonly BucketRange[]): Promise<BucketColumns[]>;
  /** The points that the buckets of each range, of level 1, hold as they are. */
  exact(ranges: readonly BucketRange[]): Promise<ExactPoints[]>;
  /** Of each range, the part that touches the window; null where nothing does. */
  within(ranges: readonly BucketRange[], window: StepWindow): Promise<(TouchedRange | null)[]>;
  /** Points as they were given, with journal numbers from and to, both included. */
  points(fromSeq: number, toSeq: number): Promise<StoredPoint[]>;
}

export interface RollupReader {
  /** @throws TrainyardError RUN_NOT_FOUND */
  view<Result>(runId: string, read: (view: RollupView) => Promise<Result>): Promise<Result>;
}
