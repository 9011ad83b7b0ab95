import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import { type Formatter, formatMetricValue } from '../../format/formatter.ts';
import { DatasetLink, ProjectLink } from '../links.tsx';
import { RunDuration, RunProgress } from '../run-progress.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { TimeText } from '../time-text.tsx';

interface RunColumn {
  /** The sort order, where the engine can sort by it. */
  readonly id: string;
  readonly header: string;
  /** Wide enough for what stands in it; together they fit beside the navigation on a laptop. */
  readonly width: string;
  readonly cell: (run: RunSummary) => ReactNode;
  readonly numeric?: true;
  /** How wide a place is held until a run has come. */
  readonly placeholder?: string;
}

/** A final metric in words; accuracies as percentages. */
export const metricText =
  (name: string, format: Formatter) =>
  ({ finalMetrics }: RunSummary): string => {
    const value = finalMetrics?.[name];
    if (value === undefined) return '–';
    return /accuracy/.test(name) && typeof value === 'number'
      ? format.percent(value, 2)
      : formatMetricValue(format, value);
  };

/** The table's columns. */
export function runColumns(t: TFunction, format: Formatter, withProject: boolean): readonly RunColumn[] {
  const column = (
    id: string,
    header: string,
    width: string,
    cell: RunColumn['cell'],
    look: Pick<RunColumn, 'numeric' | 'placeholder'> = {},
  ): RunColumn => ({ id, header, width, cell, ...look });
  const numeric = { numeric: true } as const;
  const columns = [
    column('name', t('common.name'), 'minmax(150px, 2fr)', (run) => (
      <Link to="/runs/$runId" params={{ runId: run.id }} className="plain-link" title={run.name}>
        <Text component="span" size="sm" fw={550} truncate display="block">
          {run.name}
        </Text>
      </Link>
    )),
    column('status', t('runs.status'), '104px', (run) => (
      <StatusBadge status={run.status} stopping={run.cancelRequested} />
    )),
    column('progress', t('runs.progress'), 'minmax(148px, 1fr)', (run) => <RunProgress run={run} />, {
      placeholder: '90%',
    }),
    column('project', t('projects.one'), 'minmax(92px, 1fr)', (run) => <ProjectLink project={run.project} />),
    column('dataset', t('datasets.one'), 'minmax(104px, 1fr)', (run) => (
      <DatasetLink dataset={run.dataset} />
    )),
    column('model', t('runs.model'), '88px', (run) => <span className="mono">{run.model}</span>),
    column('val_accuracy', t('metrics.val_accuracy'), '88px', metricText('val_accuracy', format), numeric),
    column('val_loss', t('metrics.val_loss'), '70px', metricText('val_loss', format), numeric),
    column('durationMs', t('runs.duration'), '92px', (run) => <RunDuration run={run} />, numeric),
    column('createdAt', t('runs.created'), '104px', (run) => <TimeText time={run.createdAt} />, numeric),
  ];
  return withProject ? columns : columns.filter(({ id }) => id !== 'project');
}
