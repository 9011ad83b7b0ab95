import { type Ref, useImperativeHandle, useRef } from 'react';
import { useText } from '../i18n/use-text.ts';
import classes from './chart.module.css';
import type { Axis, ChartLine } from './chart-line.ts';

export interface LegendHandle {
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
export function ChartLegend({ ref, lines, axis, hidden, onToggle }: ChartLegendProps) {
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
