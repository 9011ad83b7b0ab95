import { Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { metricOf } from '../../../shared/model/metric-values.ts';
import { colorAt } from '../../charts/palette.ts';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useMetricLabel } from '../../components/use-metric-label.ts';
import { formatMetricValue } from '../../format/formatter.ts';
import { useFormat } from '../../format/use-format.ts';
import { bestOf, type Comparison } from './comparison.ts';
import classes from './comparison-tables.module.css';

function show(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Final metrics, and the config's fields that are not the same in all runs. */
export function ComparisonTables({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useMetricLabel();
  const { runs, differences, metricNames } = comparison;
  const value = (name: string, index: number) => metricOf(runs[index]?.finalMetrics, name);
  const rows = metricNames.filter((name) => runs.some((_run, index) => value(name, index) !== undefined));
  return (
    <>
      <Sheet title={t('compare.metrics')} comparison={comparison} first={t('compare.metric')}>
        <Table.Tr>
          <Table.Th scope="row">{t('runs.status')}</Table.Th>
          {runs.map((run) => (
            <Table.Td key={run.id}>
              <StatusBadge status={run.status} stopping={run.cancelRequested} />
            </Table.Td>
          ))}
        </Table.Tr>
        {rows.map((name) => {
          const best = bestOf(
            name,
            runs.map((_run, index) => value(name, index)),
          );
          return (
            <Table.Tr key={name}>
              <Table.Th scope="row">{label(name)}</Table.Th>
              {runs.map((run, index) => {
                const found = value(name, index);
                return (
                  <Table.Td key={run.id} className="tabular" data-best={best.has(index) || undefined}>
                    {found === undefined ? '–' : formatMetricValue(format, found)}
                  </Table.Td>
                );
              })}
            </Table.Tr>
          );
        })}
      </Sheet>
      <Sheet title={t('compare.differences')} comparison={comparison} first={t('compare.field')}>
        {differences.map(({ field, values }) => (
          <Table.Tr key={field}>
            <Table.Th scope="row" className="mono">
              {field}
            </Table.Th>
            {runs.map((run, index) => (
              <Table.Td key={run.id} className="mono">
                {show(values[index])}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
        {differences.length === 0 && (
          <Table.Tr>
            <Table.Td colSpan={runs.length + 1}>
              <Text size="sm" c="dimmed">
                {t('compare.same')}
              </Text>
            </Table.Td>
          </Table.Tr>
        )}
      </Sheet>
    </>
  );
}

interface SheetProps {
  readonly title: string;
  readonly first: string;
  readonly comparison: Comparison;
  readonly children: ReactNode;
}

function Sheet({ title, first, comparison, children }: SheetProps) {
  return (
    <section aria-label={title}>
      <Title order={2} size={16} mb="sm">
        {title}
      </Title>
      <div className={`surface ${classes.frame}`}>
        <Table fz="sm" className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{first}</Table.Th>
              {comparison.runs.map((run, index) => (
                <Table.Th key={run.id}>
                  <Link to="/runs/$runId" params={{ runId: run.id }} className={`plain-link ${classes.run}`}>
                    <span className={classes.dot} style={{ background: colorAt(index) }} aria-hidden="true" />
                    {run.name}
                  </Link>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
