import type { LineBuffer } from './line-buffer.ts';

/** A line as it is passed to a chart. `buffer` is called at every paint, because zooming swaps it. */
export interface ChartLine {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly buffer: () => LineBuffer | null;
  /** Steps in an epoch of this line's run; 0 while unknown. */
  readonly stepsPerEpoch: () => number;
}

/** An epoch that stands out, as the best one. */
export interface EpochMark {
  readonly epoch: number;
  readonly label: string;
}

/** What x means. */
export type Axis = 'step' | 'epoch' | 'recall';

/** The part of the x axis to show, in the axis's own unit; null: all. */
export type View = { readonly from: number; readonly to: number } | null;

export interface ChartSettings {
  readonly axis: Axis;
  /** 0 to 0.99. */
  readonly smoothing: number;
  readonly logarithmic: boolean;
}
