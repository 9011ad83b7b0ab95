import { Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { createColumnHelper, tableFeatures } from '@tanstack/react-table';
import type { TFunction } from 'i18next';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import { type Formatter, formatMetricValue } from '../../format/formatter.ts';
import { RunDuration } from '../run-duration.tsx';
import { RunProgress } from '../run-progress.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { TimeText } from '../time-text.tsx';
import type { RunSlot } from './use-run-pages.ts';

export const features = tableFeatures({});
const helper = createColumnHelper<typeof features, RunSlot>();

function metric(run: RunSummary, name: string, format: Formatter): string {
  const value = run.finalMetrics?.[name];
  if (value === undefined) return '–';
  return /accuracy/.test(name) && typeof value === 'number'
    ? format.percent(value, 2)
    : formatMetricValue(format, value);
}

/** The table's columns; their ids are the sort orders where the engine can sort by them. */
export function runColumns(t: TFunction, format: Formatter, withProject: boolean) {
  const column = (
    id: string,
    header: string,
    cell: (run: RunSummary) => React.ReactNode,
    placeholder: number | string = '60%',
  ) =>
    helper.display({
      id,
      header,
      cell: ({ row }) =>
        row.original.run ? cell(row.original.run) : <Skeleton height={10} width={placeholder} radius="sm" />,
    });
  const columns = [
    column('name', t('runs.name'), (run) => (
      <Link to="/runs/$runId" params={{ runId: run.id }} className="plain-link" title={run.name}>
        <Text component="span" size="sm" fw={550} truncate display="block">
          {run.name}
        </Text>
      </Link>
    )),
    column('status', t('runs.status'), (run) => (
      <StatusBadge status={run.status} stopping={run.cancelRequested} />
    )),
    column('progress', t('runs.progress'), (run) => <RunProgress run={run} />, '90%'),
    column('project', t('runs.project'), (run) => (
      <Link
        to="/projects/$projectId"
        params={{ projectId: run.project.id }}
        className="plain-link"
        title={run.project.name}
      >
        {run.project.name}
      </Link>
    )),
    column('dataset', t('runs.dataset'), (run) =>
      run.dataset ? (
        <Link
          to="/datasets/$datasetId"
          params={{ datasetId: run.dataset.id }}
          search={{ version: run.dataset.version }}
          className="plain-link"
          title={run.dataset.name}
        >
          {run.dataset.name} <span style={{ color: 'var(--muted)' }}>v{run.dataset.version}</span>
        </Link>
      ) : (
        '–'
      ),
    ),
    column('model', t('runs.model'), (run) => <span className="mono">{run.model}</span>),
    column('val_accuracy', t('metrics.val_accuracy'), (run) => metric(run, 'val_accuracy', format)),
    column('val_loss', t('metrics.val_loss'), (run) => metric(run, 'val_loss', format)),
    column('durationMs', t('runs.duration'), (run) => <RunDuration run={run} />),
    column('createdAt', t('runs.created'), (run) => <TimeText time={run.createdAt} />),
  ];
  return withProject ? columns : columns.filter(({ id }) => id !== 'project');
}
