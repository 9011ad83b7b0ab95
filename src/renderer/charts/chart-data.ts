import type { AlignedData } from 'uplot';
import { align, type Columns } from './align.ts';
import type { ChartLine, ChartSettings, View } from './chart-line.ts';
import { decimate } from './decimate.ts';
import { smooth } from './smooth.ts';

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
