import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type Ref, useEffect, useId, useImperativeHandle, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useText } from '../i18n/use-text.ts';
import classes from './chart.module.css';
import { chartData, fullView, seriesPerLine } from './chart-data.ts';
import type { Axis, ChartLine, ChartSettings, EpochMark, View } from './chart-line.ts';
import { type ChartTheme, chartOptions } from './chart-options.ts';
import { forgetPaint, requestPaint } from './frame.ts';

interface ChartProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly settings: ChartSettings;
  readonly view: View;
  readonly onView: (view: View) => void;
  /** An epoch that is marked across the lines. */
  readonly mark?: EpochMark | null;
  /** Higher than charts that stand in a grid. */
  readonly tall?: boolean;
  /** Subscribes to changes of what `lines` point to. */
  readonly onChange: (listener: () => void) => () => void;
}

const [usual, high] = [240, 340];

function themeOf(element: HTMLElement): ChartTheme {
  const style = getComputedStyle(element);
  return {
    text: style.getPropertyValue('--chart-text').trim(),
    grid: style.getPropertyValue('--chart-grid').trim(),
    font: `11px ${style.fontFamily}`,
  };
}

/**
 * Lines over steps or epochs. Data never goes through React: it is painted from the buffers, at most once a frame, and only while the
 * chart is in view.
 */
export function Chart({
  title,
  lines,
  settings,
  view,
  onView,
  mark = null,
  tall = false,
  onChange,
}: ChartProps) {
  const height = tall ? high : usual;
  const { t, format } = useText();
  const scheme = useComputedColorScheme();
  const titleId = useId();
  const { ref: sizeRef, width } = useElementSize();
  const [host, setHost] = useState<HTMLDivElement | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const legend = useRef<LegendHandle>(null);
  const plot = useRef<uPlot | null>(null);
  const repaint = useRef(() => {});
  const visible = useRef(false);
  const latest = useRef({ lines, settings, view, onView, hidden, mark });
  latest.current = { lines, settings, view, onView, hidden, mark };
  const shape = useMemo(() => lines.map((line) => `${line.key}${line.color}${line.dashed}`).join(), [lines]);
  const wide = Math.max(0, Math.floor(width));

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the lines; a theme's colours are read from the page
  useEffect(() => {
    if (!host || wide === 0) return;
    let waiting = true;
    const options = chartOptions(
      latest.current.lines,
      settings,
      themeOf(host),
      {
        range: () =>
          latest.current.view ??
          fullView(latest.current.lines, latest.current.settings) ?? { from: 0, to: 1 },
        markAt: () => markPlace(latest.current),
        onSelect: (selected) => latest.current.onView(selected),
        onCursor: (index) => showValues(index),
        formatValue: format.metric,
        formatX: format.compact,
      },
      { width: wide, height },
      markElement(mark?.label ?? ''),
    );
    const chart = new uPlot(options, [[]], host);
    plot.current = chart;
    const { axis } = settings;
    const showValues = (index: number | null) => {
      for (const [at, line] of latest.current.lines.entries()) {
        const column = chart.data[at * seriesPerLine + 1] ?? [];
        // A curve over recall has no newest value.
        const value = axis === 'recall' && index === null ? null : valueNear(column, index);
        legend.current?.show(line.key, value, line.buffer()?.nonFinite ?? 0);
      }
      legend.current?.showX(index === null ? null : (chart.data[0]?.[index] ?? null));
    };
    const paint = () => {
      waiting = !visible.current;
      if (!visible.current) return;
      const { lines: drawn, settings: set, view: shown } = latest.current;
      chart.setData(chartData(drawn, set, shown, wide));
      showValues(chart.cursor.idx ?? null);
    };
    for (const [at, line] of latest.current.lines.entries()) {
      if (latest.current.hidden.has(line.key)) showLine(chart, at, false);
    }
    const observer = new IntersectionObserver(
      ([entry]) => {
        visible.current = entry?.isIntersecting ?? false;
        if (visible.current && waiting) requestPaint(paint);
      },
      { rootMargin: '100px' },
    );
    // A chart in view that is built anew, of another width or with one line more, is never seen empty.
    paint();
    observer.observe(host);
    const stop = onChange(() => repaint.current());
    repaint.current = () => requestPaint(paint);
    return () => {
      observer.disconnect();
      stop();
      forgetPaint(paint);
      chart.destroy();
      plot.current = null;
    };
  }, [
    host,
    wide,
    shape,
    scheme,
    height,
    mark?.label,
    settings.axis,
    settings.logarithmic,
    onChange,
    format.metric,
    format.compact,
  ]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these change what is painted, not how the chart is built
  useEffect(() => repaint.current(), [view, settings.smoothing, mark?.epoch]);

  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
    const at = lines.findIndex((line) => line.key === key);
    if (plot.current && at >= 0) showLine(plot.current, at, !next.has(key));
  };

  return (
    <figure className={`surface ${classes.figure}`} aria-labelledby={titleId}>
      <figcaption id={titleId} className={classes.title}>
        {title}
      </figcaption>
      <ChartLegend ref={legend} lines={lines} axis={settings.axis} hidden={hidden} onToggle={toggle} />
      <div ref={sizeRef} className={classes.plot} style={{ height }}>
        <div ref={setHost} role="img" aria-label={t('charts.describe', { title })} />
      </div>
    </figure>
  );
}

/** Where the marked epoch ends on the axis; null while that is not known. */
function markPlace({
  mark,
  lines,
  settings,
}: Pick<ChartProps, 'mark' | 'lines' | 'settings'>): number | null {
  if (!mark) return null;
  if (settings.axis === 'epoch') return mark.epoch;
  const length = Math.max(0, ...lines.map((line) => line.stepsPerEpoch()));
  return length > 0 ? mark.epoch * length : null;
}

function markElement(label: string): HTMLElement {
  const element = document.createElement('div');
  element.className = classes.mark ?? '';
  element.textContent = label;
  element.hidden = true;
  return element;
}

function showLine(chart: uPlot, at: number, show: boolean): void {
  for (let series = 1; series <= seriesPerLine; series += 1) {
    chart.setSeries(at * seriesPerLine + series, { show });
  }
}

/** The value at an index or the nearest before it (an epoch's metric stands at its last step only); without one the last value. */
function valueNear(column: ArrayLike<number | null | undefined>, index: number | null): number | null {
  for (let at = index ?? column.length - 1; at >= 0; at -= 1) {
    const value = column[at];
    if (typeof value === 'number') return value;
    if (value === null && index !== null) return null;
  }
  return null;
}

interface LegendHandle {
  /** Writes a line's value, straight into the page: this happens at every move of the pointer. */
  show(key: string, value: number | null, nonFinite: number): void;
  showX(value: number | null): void;
}

interface ChartLegendProps {
  readonly ref: Ref<LegendHandle>;
  readonly lines: readonly ChartLine[];
  readonly axis: Axis;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
}

/** The lines' names with their values under the pointer (else their last); pressing one hides or shows it. */
function ChartLegend({ ref, lines, axis, hidden, onToggle }: ChartLegendProps) {
  const { t, format } = useText();
  const values = useRef(new Map<string, HTMLElement>());
  const x = useRef<HTMLSpanElement>(null);
  useImperativeHandle(
    ref,
    () => ({
      show: (key, value, nonFinite) => {
        const element = values.current.get(key);
        if (!element) return;
        const mark = nonFinite > 0 ? ` · ${t('charts.nonFinite', { count: nonFinite })}` : '';
        const text = `${value === null ? '–' : format.metric(value)}${mark}`;
        if (element.textContent !== text) element.textContent = text;
      },
      showX: (value) => {
        if (!x.current) return;
        x.current.textContent =
          value === null ? '' : `${t(`charts.${axis}`)} ${format.number(Math.round(value * 100) / 100)}`;
      },
    }),
    [format, t, axis],
  );
  return (
    <div className={classes.legend}>
      {lines.map((line) => (
        <button
          key={line.key}
          type="button"
          className={`plain-button ${classes.entry}`}
          aria-pressed={!hidden.has(line.key)}
          title={t('charts.toggle', { name: line.label })}
          onClick={() => onToggle(line.key)}
        >
          <svg className={classes.swatch} aria-hidden="true" viewBox="0 0 14 4">
            <path
              d="M0 2H14"
              stroke={line.color}
              strokeWidth="3"
              strokeDasharray={line.dashed ? '4 2' : undefined}
            />
          </svg>
          <span className="muted">{line.label}</span>
          <span
            className={`tabular ${classes.value}`}
            ref={(element) => {
              if (element) values.current.set(line.key, element);
              else values.current.delete(line.key);
            }}
          />
        </button>
      ))}
      <span ref={x} className={`muted tabular ${classes.x}`} />
    </div>
  );
}
