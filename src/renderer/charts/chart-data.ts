import uPlot, { type AlignedData } from 'uplot';
import type { ChartLine, ChartSettings, View } from './chart-line.ts';
import type { LineBuffer } from './line-buffer.ts';

/** How many of uPlot's series one line takes: what is drawn, and the band's two edges. */
export const seriesPerLine = 3;

/** How much of the axis a step is. */
function stepLength(line: ChartLine, settings: ChartSettings): number {
  return settings.axis === 'epoch' ? 1 / (line.stepsPerEpoch() || 1) : 1;
}

/** The first and the last step of a line; null where it has none. */
function stepsOf({ step, length }: LineBuffer): readonly [number, number] | null {
  return length === 0 ? null : [step[0] as number, step[length - 1] as number];
}

function columnsOf(line: ChartLine, settings: ChartSettings, view: View, pixels: number): Columns {
  const buffer = line.buffer();
  const steps = buffer && stepsOf(buffer);
  if (!steps) return { x: [], y: [[], [], []] };
  const length = stepLength(line, settings);
  const [from, to] = view ? [view.from / length, view.to / length] : steps;
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
    const buffer = line.buffer();
    const steps = buffer && stepsOf(buffer);
    if (!steps) continue;
    const length = stepLength(line, settings);
    from = Math.min(from, steps[0] * length);
    to = Math.max(to, steps[1] * length);
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
  banded: boolean;
}

/**
 * The part of a line between two steps, at most one entry a pixel once there are two buckets a pixel: an entry has the minimum, maximum and
 * mean of all that falls on it, so that no peak is lost however far one zooms out. One bucket on either side is kept, for the line to run
 * through the edges.
 */
export function decimate(buffer: LineBuffer, fromStep: number, toStep: number, pixels: number): DrawnLine {
  const { step, min, max, sum, finite, count } = buffer;
  const start = Math.max(0, buffer.firstFrom(fromStep) - 1);
  const end = Math.min(buffer.length, buffer.firstFrom(toStep) + 1);
  const slots = Math.max(1, Math.floor(pixels));
  const dense = end - start > slots * 2 && toStep > fromStep;
  const slotOf = (at: number) =>
    Math.min(
      slots,
      Math.max(-1, Math.floor((((step[at] as number) - fromStep) / (toStep - fromStep)) * slots)),
    );
  const drawn: DrawnLine = { x: [], mean: [], min: [], max: [], banded: false };
  for (let at = start; at < end; ) {
    const slot = dense ? slotOf(at) : null;
    let [low, high, total] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    let [finites, points] = [0, 0];
    do {
      low = Math.min(low, min[at] as number);
      high = Math.max(high, max[at] as number);
      total += sum[at] as number;
      finites += finite[at] as number;
      points += count[at] as number;
      at += 1;
    } while (slot !== null && at < end && slotOf(at) === slot);
    drawn.x.push(step[at - 1] as number);
    drawn.mean.push(finites > 0 ? total / finites : Number.NaN);
    drawn.min.push(finites > 0 ? low : Number.NaN);
    drawn.max.push(finites > 0 ? high : Number.NaN);
    drawn.banded ||= points > 1;
  }
  return drawn;
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
