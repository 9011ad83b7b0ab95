import type uPlot from 'uplot';
import { seriesPerLine } from './chart-data.ts';
import type { ChartLine, ChartSettings, View } from './chart-line.ts';

export interface ChartTheme {
  readonly text: string;
  readonly grid: string;
  readonly font: string;
}

export interface ChartHooks {
  /** The x range to show. */
  readonly range: () => { from: number; to: number };
  /** Where a line stands across the chart; null: there is none. */
  readonly markAt: () => number | null;
  readonly onSelect: (view: View) => void;
  readonly onCursor: (index: number | null) => void;
  readonly formatValue: (value: number) => string;
  readonly formatX: (value: number) => string;
}

/** uPlot's wants an alpha of its own for bands. */
function translucent(hex: string): string {
  return `${hex}26`;
}

function seriesOf(line: ChartLine): uPlot.Series[] {
  const edge = { label: line.key, stroke: 'transparent', width: 0, points: { show: false } } as const;
  return [
    {
      label: line.label,
      stroke: line.color,
      width: 1.5,
      ...(line.dashed && { dash: [5, 4] }),
      // A single point (one epoch done) must be seen, too.
      points: { size: 5, fill: line.color, show: (plot, index) => isSparse(plot.data[index]) },
    },
    edge,
    edge,
  ];
}

/** Points are marked only where they are few. */
function isSparse(values: ArrayLike<number | null | undefined> | undefined): boolean {
  let shown = 0;
  for (let index = 0; values && index < values.length && shown <= 40; index += 1) {
    if (typeof values[index] === 'number') shown += 1;
  }
  return shown <= 40;
}

/** A y range with some air; a flat line stands in the middle. */
function airy(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const span = max - min || Math.abs(max) * 0.1 || 1;
  return [min - span * 0.06, max + span * 0.06];
}

function yScale({ axis, logarithmic }: ChartSettings): uPlot.Scale {
  // Precision, whose curves are compared by their shape.
  if (axis === 'recall') return { range: [0, 1.02] };
  return logarithmic ? { distr: 3 } : { range: (_plot, min, max) => airy(min, max) };
}

/** What uPlot needs to draw these lines. @param mark an element that is put over them and moved to `hooks.markAt()` */
export function chartOptions(
  lines: readonly ChartLine[],
  settings: ChartSettings,
  theme: ChartTheme,
  hooks: ChartHooks,
  size: { width: number; height: number },
  mark: HTMLElement,
): uPlot.Options {
  const axis = {
    stroke: theme.text,
    font: theme.font,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    legend: { show: false },
    padding: [10, 12, 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: 4 },
      sync: { key: `trainyard-${settings.axis}` },
      points: { size: 7 },
      bind: {
        dblclick: () => () => {
          hooks.onSelect(null);
          return null;
        },
      },
    },
    scales: {
      x: {
        time: false,
        range: () => {
          const { from, to } = hooks.range();
          return from < to ? [from, to] : [from - 1, from + 1];
        },
      },
      y: yScale(settings),
    },
    axes: [
      {
        ...axis,
        size: 28,
        gap: 4,
        values: (_plot, ticks) => ticks.map((tick) => (tick === null ? '' : hooks.formatX(tick))),
      },
      {
        ...axis,
        size: (plot, values) => {
          const longest = Math.max(0, ...(values ?? []).map((value) => plot.ctx.measureText(value).width));
          return Math.max(40, Math.ceil(longest / devicePixelRatio) + 16);
        },
        gap: 6,
        values: (_plot, ticks) => ticks.map((tick) => (tick === null ? '' : hooks.formatValue(tick))),
      },
    ],
    series: [{}, ...lines.flatMap(seriesOf)],
    bands: lines.map((line, index) => ({
      series: [index * seriesPerLine + 2, index * seriesPerLine + 3] as [number, number],
      fill: translucent(line.color),
    })),
    hooks: {
      ready: [(plot) => plot.over.append(mark)],
      draw: [
        (plot) => {
          const at = hooks.markAt();
          const left = at === null ? Number.NaN : plot.valToPos(at, 'x');
          mark.hidden = !(left >= 0 && left <= plot.over.clientWidth);
          mark.style.left = `${left}px`;
          // Its words stand on the side where there is room: the last epoch is often the best one.
          mark.dataset.side = left > plot.over.clientWidth / 2 ? 'left' : 'right';
        },
      ],
      setCursor: [(plot) => hooks.onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          const from = plot.posToVal(plot.select.left, 'x');
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x');
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          hooks.onSelect({ from, to });
        },
      ],
    },
  };
}
