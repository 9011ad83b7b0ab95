import type { AlignedData } from 'uplot';
import type { ChartLine, ChartSettings, View } from './chart-line.ts';
import type { LineBuffer } from './line-buffer.ts';

/** How many of uPlot's series one line takes: what is drawn, and the band's two edges. */
export const seriesPerLine = 3;

/** How much of the axis a step is. */
function stepLength(line: ChartLine, settings: ChartSettings): number {
  return settings.axis === 'epoch' ? 1 / (line.stepsPerEpoch() || 1) : 1;
}

function columnsOf(line: ChartLine, settings: ChartSettings, view: View, pixels: number): Columns {
  const buffer = line.buffer();
  if (!buffer || buffer.length === 0) return { x: [], y: [[], [], []] };
  const length = stepLength(line, settings);
  const from = view ? view.from / length : buffer.step(0);
  const to = view ? view.to / length : buffer.step(buffer.length - 1);
  const drawn = decimate(buffer, from, to, pixels);
  const positive = (values: readonly number[]) =>
    settings.logarithmic ? values.map((value) => (value > 0 ? value : Number.NaN)) : values;
  const smoothed = settings.smoothing > 0;
  // A band around points that stand for themselves shows nothing, but behind a smoothed line it shows what was smoothed away.
  const banded = drawn.banded || smoothed;
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
    const buffer = line.buffer();
    if (!buffer || buffer.length === 0) continue;
    const length = stepLength(line, settings);
    from = Math.min(from, buffer.step(0) * length);
    to = Math.max(to, buffer.step(buffer.length - 1) * length);
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
  const end = Math.min(buffer.length, buffer.firstFrom(toStep) + 1);
  const line = {
    x: [] as number[],
    mean: [] as number[],
    min: [] as number[],
    max: [] as number[],
    banded: false,
  };
  const slots = Math.max(1, Math.floor(pixels));
  const dense = end - start > slots * 2 && toStep > fromStep;
  const slotOf = (index: number) =>
    dense
      ? Math.min(
          slots,
          Math.max(-1, Math.floor(((buffer.step(index) - fromStep) / (toStep - fromStep)) * slots)),
        )
      : index;
  let index = start;
  while (index < end) {
    const slot = slotOf(index);
    let [min, max, sum, finite, points] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
    let step = 0;
    do {
      const weight = buffer.finite(index);
      if (weight > 0) {
        min = Math.min(min, buffer.min(index));
        max = Math.max(max, buffer.max(index));
        sum += buffer.mean(index) * weight;
        finite += weight;
      }
      points += buffer.count(index);
      step = buffer.step(index);
      index += 1;
    } while (index < end && slotOf(index) === slot);
    line.x.push(step);
    line.mean.push(finite > 0 ? sum / finite : Number.NaN);
    line.min.push(finite > 0 ? min : Number.NaN);
    line.max.push(finite > 0 ? max : Number.NaN);
    if (points > 1) line.banded = true;
  }
  return line;
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

/** uPlot reads null as a gap and undefined as "this line has nothing here": the line goes on through it. */
type Cell = number | null | undefined;

/**
 * Puts lines over one common x, as uPlot wants them. Entries of one line with the same x become one: the last wins (a step that a
 * resumed attempt made again stands in a line of its own).
 */
export function align(lines: readonly Columns[]): AlignedData {
  const xs = new Set<number>();
  for (const line of lines) for (const x of line.x) xs.add(x);
  const common = Float64Array.from(xs).sort();
  const columns = lines.flatMap((line) => line.y.map((column) => spread(common, line.x, column)));
  return [Array.from(common), ...columns];
}

function spread(common: Float64Array, x: readonly number[], values: readonly number[]): Cell[] {
  const cells: Cell[] = new Array(common.length).fill(undefined);
  let at = 0;
  for (let index = 0; index < x.length; index += 1) {
    const wanted = x[index] ?? 0;
    while (at < common.length && (common[at] ?? 0) < wanted) at += 1;
    const value = values[index] ?? Number.NaN;
    cells[at] = Number.isFinite(value) ? value : null;
  }
  return cells;
}
