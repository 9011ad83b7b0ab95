import { Checkbox, Skeleton, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { TFunction } from 'i18next';
import { type CSSProperties, type MouseEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import { type RunSort, type RunStatus, runSorts } from '../../../shared/model/run.ts';
import { type Formatter, formatMetricValue } from '../../format/formatter.ts';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { ariaSort, SortButton } from '../data-table.tsx';
import { DatasetLink, ProjectLink } from '../links.tsx';
import { usePages } from '../pages/use-pages.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import { RunDuration, RunProgress } from '../run-progress.tsx';
import { StatusBadge } from '../status-badge.tsx';
import { TimeText } from '../time-text.tsx';
import classes from './run-table.module.css';

const rowHeight = 44;

export interface RunFilter {
  readonly project?: string;
  readonly status?: RunStatus;
  readonly search?: string;
  readonly sort: RunSort;
  readonly order: 'asc' | 'desc';
}

interface RunTableProps {
  readonly filter: RunFilter;
  readonly onSort: (sort: RunSort, order: 'asc' | 'desc') => void;
  /** The runs that are picked. */
  readonly selection?: {
    readonly ids: ReadonlySet<string>;
    readonly most: number;
    readonly onToggle: (id: string) => void;
  };
  readonly empty: ReactNode;
  readonly maxHeight: string;
}

/** All runs that a filter lets through, however many: only the rows in view exist. */
export function RunTable({ filter, onSort, selection, empty, maxHeight }: RunTableProps) {
  const { t, format } = useText();
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 0 });
  const {
    itemAt: runAt,
    total,
    error,
    retry,
  } = usePages(JSON.stringify(filter), range, (page) =>
    queries.runs.list.queryOptions({
      input: { ...filter, ...page },
      select: ({ runs: items, ...rest }) => ({ items, ...rest }),
      staleTime: 2000,
    }),
  );
  const withProject = filter.project === undefined;
  const columns = useMemo(() => runColumns(t, format, withProject), [t, format, withProject]);
  const virtualizer = useVirtualizer({
    count: total ?? 8,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    onChange: ({ range: shown }) => {
      const [first, last] = [shown?.startIndex ?? 0, shown?.endIndex ?? 0];
      setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
    },
  });
  const template = [...(selection ? ['28px'] : []), ...columns.map(({ width }) => width)].join(' ');

  if (error != null && total === null) return <ProblemAlert error={error} onRetry={retry} />;
  if (total === 0) return <>{empty}</>;

  const openRow = (event: MouseEvent, run: RunSummary | null) => {
    const inner = event.target instanceof Element && event.target.closest('a, button, input, label');
    if (inner || !run || window.getSelection()?.toString()) return;
    void navigate({ to: '/runs/$runId', params: { runId: run.id } });
  };
  const selectCell = (run: RunSummary | null) => {
    if (!selection) return null;
    const chosen = run !== null && selection.ids.has(run.id);
    return (
      <td className={classes.cell}>
        <Checkbox
          size="xs"
          aria-label={t('runs.selectOne', { name: run?.name ?? '' })}
          checked={chosen}
          disabled={!run || (!chosen && selection.ids.size >= selection.most)}
          onChange={() => run && selection.onToggle(run.id)}
        />
      </td>
    );
  };
  return (
    <div className={`surface ${classes.frame}`}>
      {error != null && <ProblemAlert error={error} onRetry={retry} />}
      <div ref={scroller} className={classes.scroller} style={{ maxHeight }}>
        <table
          className={classes.table}
          aria-label={t('nav.runs')}
          aria-rowcount={(total ?? 0) + 1}
          aria-busy={total === null}
          style={{ '--columns': template } as CSSProperties}
        >
          <thead className={classes.head}>
            <tr className={classes.row} aria-rowindex={1}>
              {selection && <th className={classes.cell} aria-label={t('runs.select')} />}
              {columns.map(({ id, header, numeric }) => {
                const sort = runSorts.find((one) => one === id);
                const order = filter.sort === id ? filter.order : null;
                return (
                  <th key={id} className={classes.cell} data-numeric={numeric} {...ariaSort(order)}>
                    {sort ? (
                      <SortButton
                        order={order}
                        onSort={() => onSort(sort, order === 'desc' ? 'asc' : 'desc')}
                      >
                        {header}
                      </SortButton>
                    ) : (
                      header
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const run = runAt(index);
              return (
                <tr
                  key={run?.id ?? index}
                  aria-rowindex={index + 2}
                  className={`${classes.row} ${classes.body}`}
                  data-selected={(run && selection?.ids.has(run.id)) || undefined}
                  style={{ height: rowHeight, transform: `translateY(${start}px)` }}
                  onClick={(event) => openRow(event, run)}
                >
                  {selectCell(run)}
                  {columns.map(({ id, cell, numeric, placeholder = '60%' }) => (
                    <td key={id} className={classes.cell} data-numeric={numeric}>
                      {run ? cell(run) : <Skeleton height={10} width={placeholder} radius="sm" />}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

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
function runColumns(t: TFunction, format: Formatter, withProject: boolean): readonly RunColumn[] {
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
    column('progress', t('runs.progress'), 'minmax(132px, 1fr)', (run) => <RunProgress run={run} />, {
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
