import uPlot, { type AlignedData } from 'uplot';
import type { ChartLine, ChartSettings, View } from './chart-line.ts';
import { addBucket, type Bucket, type LineBuffer } from './line-buffer.ts';

/** How many of uPlot's series one line takes: what is drawn, and the band's two edges. */
export const seriesPerLine = 3;

/** How much of the axis a step is. */
function stepLength(line: ChartLine, settings: ChartSettings): number {
  return settings.axis === 'epoch' ? 1 / (line.stepsPerEpoch() || 1) : 1;
}

function columnsOf(line: ChartLine, settings: ChartSettings, view: View, pixels: number): Columns {
  const buffer = line.buffer();
  const [first] = buffer?.buckets ?? [];
  const last = buffer?.buckets.at(-1);
  if (!buffer || !first || !last) return { x: [], y: [[], [], []] };
  const length = stepLength(line, settings);
  const [from, to] = view ? [view.from / length, view.to / length] : [first.step, last.step];
  const drawn = decimate(buffer, from, to, pixels);
  const positive = (values: readonly number[]) =>
    settings.logarithmic ? values.map((value) => (value > 0 ? value : Number.NaN)) : values;
  // A band around points that stand for themselves shows nothing, but behind a smoothed line it shows what was smoothed away.
  const banded = drawn.banded || settings.smoothing > 0;
  const none: number[] = new Array(drawn.x.length).fill(Number.NaN);
  return {
    x: drawn.x.map((step) => step * length),
    y: [
      positive(smooth(drawn.mean, settings.smoothing)),
      banded ? positive(drawn.max) : none,
      banded ? positive(drawn.min) : none,
    ],
  };
}

/** Everything that uPlot draws of these lines, no finer than the screen. */
export function chartData(
  lines: readonly ChartLine[],
  settings: ChartSettings,
  view: View,
  pixels: number,
): AlignedData {
  return align(lines.map((line) => columnsOf(line, settings, view, pixels)));
}

/** The x range of all lines; null while nothing is there. */
export function fullView(lines: readonly ChartLine[], settings: ChartSettings): View {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    const buckets = line.buffer()?.buckets ?? [];
    const length = stepLength(line, settings);
    from = Math.min(from, (buckets[0]?.step ?? from) * length);
    to = Math.max(to, (buckets.at(-1)?.step ?? to) * length);
  }
  return from <= to ? { from, to } : null;
}

/** A line ready to draw: NaN stands where nothing finite is. */
interface DrawnLine {
  readonly x: number[];
  readonly mean: number[];
  readonly min: number[];
  readonly max: number[];
  /** Some entry stands for several points: its band is worth drawing. */
  readonly banded: boolean;
}

/**
 * The part of a line between two steps, at most one entry a pixel once there are two buckets a pixel: an entry has the minimum, maximum and
 * mean of all that falls on it, so that no peak is lost however far one zooms out. One bucket on either side is kept, for the line to run
 * through the edges.
 */
export function decimate(buffer: LineBuffer, fromStep: number, toStep: number, pixels: number): DrawnLine {
  const start = Math.max(0, buffer.firstFrom(fromStep) - 1);
  const buckets = buffer.buckets.slice(start, buffer.firstFrom(toStep) + 1);
  const slots = Math.max(1, Math.floor(pixels));
  const dense = buckets.length > slots * 2 && toStep > fromStep;
  const slotOf = (step: number) =>
    Math.min(slots, Math.max(-1, Math.floor(((step - fromStep) / (toStep - fromStep)) * slots)));
  const drawn: Bucket[] = [];
  let slot: number | null = null;
  for (const bucket of buckets) {
    const next = dense ? slotOf(bucket.step) : null;
    const last = drawn.at(-1);
    if (last && next !== null && next === slot) addBucket(last, bucket);
    else drawn.push({ ...bucket });
    slot = next;
  }
  const ofFinite = (value: (bucket: Bucket) => number) =>
    drawn.map((bucket) => (bucket.finite > 0 ? value(bucket) : Number.NaN));
  return {
    x: drawn.map(({ step }) => step),
    mean: ofFinite(({ sum, finite }) => sum / finite),
    min: ofFinite(({ min }) => min),
    max: ofFinite(({ max }) => max),
    banded: drawn.some(({ count }) => count > 1),
  };
}

/**
 * Exponential moving average without the pull to zero at its start, as TensorBoard's: `weight` 0 leaves the values as they are.
 * NaN stays NaN and is left out of the average.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let average = 0;
  let seen = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    average = average * weight + (1 - weight) * value;
    seen += 1;
    return average / (1 - weight ** seen);
  });
}

/** One line's columns over its own x, rising. */
interface Columns {
  readonly x: readonly number[];
  readonly y: readonly (readonly number[])[];
}

/**
 * Puts lines over one common x, as uPlot wants them: null is a gap, and undefined "this line has nothing here", through which it goes on.
 * Entries of one line with the same x become one: the last wins (a step that a resumed attempt made again stands in a line of its own).
 */
export function align(lines: readonly Columns[]): AlignedData {
  const gaps = (values: readonly number[]) => values.map((value) => (Number.isFinite(value) ? value : null));
  return uPlot.join(lines.map(({ x, y }): AlignedData => [[...x], ...y.map(gaps)]));
}
