import { Checkbox, Skeleton, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { TFunction } from 'i18next';
import { type CSSProperties, type MouseEvent, type ReactNode, useMemo, useRef } from 'react';
import type { RunSummary } from '../../../shared/contract/runs.ts';
import { mainMetric, shortMetricNames } from '../../../shared/model/main-metric.ts';
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
import { useMetricName } from '../use-metric-name.ts';
import { useScrollKeys } from '../use-scroll-keys.ts';
import classes from './run-table.module.css';

const rowHeight = 44;

export interface RunFilter {
  readonly project?: string;
  readonly status?: RunStatus;
  readonly search?: string;
  readonly sort: RunSort;
  readonly order: 'asc' | 'desc';
}

/** The runs that a filter lets through, by pages. */
export function useRuns(filter: RunFilter) {
  return usePages(JSON.stringify(filter), (page) =>
    queries.runs.list.queryOptions({
      input: { ...filter, ...page },
      select: ({ runs: items, ...rest }) => ({ items, ...rest }),
      staleTime: 2000,
    }),
  );
}

interface RunTableProps {
  readonly filter: RunFilter;
  readonly runs: ReturnType<typeof useRuns>;
  readonly onSort: (sort: RunSort, order: 'asc' | 'desc') => void;
  /** The runs that are picked. */
  readonly selection?: {
    readonly ids: ReadonlySet<string>;
    readonly most: number;
    readonly onToggle: (id: string) => void;
  };
  readonly empty: ReactNode;
  readonly maxHeight: string;
  /** It is what the page is for: keys that scroll go to it where nothing else has the focus. */
  readonly takesKeys?: boolean;
}

/** All runs that a filter lets through, however many: only the rows in view exist. */
export function RunTable({ filter, runs, onSort, selection, empty, maxHeight, takesKeys }: RunTableProps) {
  const { t, format } = useText();
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const { itemAt: runAt, total, count, onShown, error, retry } = runs;
  useScrollKeys(scroller, takesKeys ?? false);
  const withProject = filter.project === undefined;
  const all = useMemo(() => runColumns(t, format, withProject), [t, format, withProject]);
  const { ref: frame, width } = useElementSize();
  const columns = fitting(all, width - (selection ? 28 + columnGap : 0));
  const virtualizer = useVirtualizer({
    count: count ?? 8,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    onChange: ({ range: shown }) => {
      if (shown) onShown({ first: shown.startIndex, last: shown.endIndex });
    },
  });
  const template = [
    ...(selection ? ['28px'] : []),
    ...columns.map(({ least, grows }) => (grows ? `minmax(${least}px, ${grows}fr)` : `${least}px`)),
  ].join(' ');

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
    <div ref={frame} className={`surface ${classes.frame}`}>
      {error != null && <ProblemAlert error={error} onRetry={retry} />}
      <section
        ref={scroller}
        className={classes.scroller}
        style={{ maxHeight }}
        aria-label={t('nav.runs')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        tabIndex={0}
      >
        <table
          className={classes.table}
          aria-label={t('nav.runs')}
          aria-rowcount={(count ?? 0) + 1}
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
      </section>
    </div>
  );
}

interface RunColumn {
  /** The sort order, where the engine can sort by it. */
  readonly id: string;
  readonly header: string;
  /** In pixels, enough for what stands in it. */
  readonly least: number;
  /** Its share of the room that is left. */
  readonly grows?: number;
  /** Where the table is too narrow for all, those with the greatest are left out first; without one a column always stays. */
  readonly spare?: number;
  readonly cell: (run: RunSummary) => ReactNode;
  readonly numeric?: true;
  /** How wide a place is held until a run has come. */
  readonly placeholder?: string;
}

/** A final metric in words. */
export const metricText =
  (name: string, format: Formatter) =>
  ({ finalMetrics }: RunSummary): string => {
    const value = finalMetrics?.[name];
    return value === undefined ? '–' : formatMetricValue(format, name, value);
  };

/** How good a run's model is, by the metric of its task. */
function Score({ run }: { readonly run: RunSummary }) {
  const { format } = useText();
  const metricName = useMetricName();
  const name = mainMetric(run.taskType, Object.keys(run.finalMetrics ?? {}));
  if (name === null) return '–';
  const text = metricText(name, format)(run);
  const short = text === '–' ? undefined : shortMetricNames[name];
  return (
    <span title={metricName(name)}>
      {short && <span style={{ color: 'var(--mantine-color-dimmed)' }}>{short} </span>}
      {text}
    </span>
  );
}

/** The table's columns. */
function runColumns(t: TFunction, format: Formatter, withProject: boolean): readonly RunColumn[] {
  const column = (
    id: string,
    header: string,
    least: number,
    cell: RunColumn['cell'],
    look: Partial<RunColumn> = {},
  ): RunColumn => ({ id, header, least, cell, ...look });
  const numeric = (spare: number) => ({ numeric: true, spare }) as const;
  const columns = [
    column(
      'name',
      t('common.name'),
      130,
      (run) => (
        <Link to="/runs/$runId" params={{ runId: run.id }} className="plain-link" title={run.name}>
          <Text component="span" size="sm" fw={550} truncate display="block">
            {run.name}
          </Text>
        </Link>
      ),
      { grows: 2 },
    ),
    column('status', t('runs.status'), 104, (run) => (
      <StatusBadge status={run.status} stopping={run.cancelRequested} />
    )),
    column('progress', t('runs.progress'), 112, (run) => <RunProgress run={run} />, {
      ...{ grows: 1, spare: 1, placeholder: '90%' },
    }),
    column('project', t('projects.one'), 80, (run) => <ProjectLink project={run.project} />, {
      ...{ grows: 1, spare: 6 },
    }),
    column('dataset', t('datasets.one'), 92, (run) => <DatasetLink dataset={run.dataset} />, {
      ...{ grows: 1, spare: 5 },
    }),
    column('model', t('runs.model'), 88, (run) => <span className="mono">{run.model}</span>, { spare: 8 }),
    column('score', t('runs.score'), 104, (run) => <Score run={run} />, numeric(2)),
    column('val_loss', t('metrics.val_loss'), 70, metricText('val_loss', format), numeric(7)),
    column('durationMs', t('runs.duration'), 76, (run) => <RunDuration run={run} />, numeric(4)),
    column('createdAt', t('runs.created'), 104, (run) => <TimeText time={run.createdAt} />, numeric(3)),
  ];
  return withProject ? columns : columns.filter(({ id }) => id !== 'project');
}

/** The gap between columns, and what stands beside them on both sides. */
const [columnGap, sides] = [8, 32];

/** The columns that a table of this width has room for; all of them while it is not known. */
function fitting(columns: readonly RunColumn[], width: number): readonly RunColumn[] {
  const needed = columns.reduce((sum, { least }) => sum + least + columnGap, sides - columnGap);
  const spare = Math.max(...columns.map((column) => column.spare ?? 0));
  if (width <= 0 || needed <= width || spare === 0) return columns;
  return fitting(
    columns.filter((column) => column.spare !== spare),
    width,
  );
}
