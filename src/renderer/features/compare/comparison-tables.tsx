import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { metricOf } from '../../../shared/model/metric-values.ts';
import { colorAt } from '../../charts/palette.ts';
import { DataTable } from '../../components/data-table.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useMetricLabel } from '../../components/use-metric-label.ts';
import { formatMetricValue } from '../../format/formatter.ts';
import { useText } from '../../i18n/use-text.ts';
import { bestOf, type Comparison } from './comparison.ts';
import classes from './comparison-tables.module.css';

function show(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Final metrics, and the config's fields that are not the same in all runs. */
export function ComparisonTables({ comparison }: { readonly comparison: Comparison }) {
  const { t, format } = useText();
  const label = useMetricLabel();
  const { runs, differences, metricNames } = comparison;
  const metrics = metricNames
    .map((name) => ({ name, values: runs.map((run) => metricOf(run.finalMetrics, name)) }))
    .filter(({ values }) => values.some((value) => value !== undefined));
  return (
    <>
      <Section title={t('compare.metrics')}>
        <Sheet
          runs={runs}
          first={t('compare.metric')}
          rows={[
            [
              t('runs.status'),
              (index) => {
                const run = runs[index];
                return run && <StatusBadge status={run.status} stopping={run.cancelRequested} />;
              },
            ],
            ...metrics.map(({ name, values }): SheetRow => {
              const best = bestOf(name, values);
              return [
                label(name),
                (index) => {
                  const value = values[index];
                  const text = value === undefined ? '–' : formatMetricValue(format, value);
                  return <span data-best={best.has(index) || undefined}>{text}</span>;
                },
              ];
            }),
          ]}
        />
      </Section>
      <Section title={t('compare.differences')}>
        <Sheet
          mono
          runs={runs}
          first={t('compare.field')}
          rows={differences.map(({ field, values }) => [field, (index) => show(values[index])])}
        />
        {differences.length === 0 && <Note mt="xs">{t('compare.same')}</Note>}
      </Section>
    </>
  );
}

type SheetRow = readonly [name: string, cell: (index: number) => ReactNode];

interface SheetProps {
  readonly runs: Comparison['runs'];
  readonly first: string;
  readonly rows: readonly SheetRow[];
  readonly mono?: boolean;
}

/** A column for each run. */
function Sheet({ runs, first, rows, mono = false }: SheetProps) {
  const look = { className: mono ? 'mono' : 'tabular' };
  return (
    <DataTable
      named
      minWidth={560}
      className={classes.table}
      rows={rows}
      rowKey={([name]) => name}
      columns={[
        [first, ([name]) => name, mono ? look : {}],
        ...runs.map(
          (run, index) =>
            [
              <Link
                key={run.id}
                to="/runs/$runId"
                params={{ runId: run.id }}
                className={`plain-link ${classes.run}`}
              >
                <span className="dot" style={{ background: colorAt(index) }} aria-hidden="true" />
                {run.name}
              </Link>,
              ([, cell]: SheetRow) => cell(index),
              look,
            ] as const,
        ),
      ]}
    />
  );
}
