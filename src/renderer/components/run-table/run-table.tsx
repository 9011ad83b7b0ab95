import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type Row, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type MouseEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { ProblemAlert } from '../problem-alert.tsx';
import { features, runColumns } from './run-columns.tsx';
import { type RunSort, runSorts } from './run-sorts.ts';
import classes from './run-table.module.css';
import { pageSize, type RunFilter, type RunSlot, useRunPages } from './use-run-pages.ts';

const rowHeight = 44;

/** Wide enough for what stands in them; together they fit beside the navigation on a laptop. */
const widths: Record<string, string> = {
  name: 'minmax(150px, 2fr)',
  status: '104px',
  progress: 'minmax(124px, 1fr)',
  project: 'minmax(92px, 1fr)',
  dataset: 'minmax(104px, 1fr)',
  model: '88px',
  val_accuracy: '88px',
  val_loss: '70px',
  durationMs: '72px',
  createdAt: '104px',
};
const numeric = new Set(['val_accuracy', 'val_loss', 'durationMs', 'createdAt']);

interface RunSelection {
  readonly ids: ReadonlySet<string>;
  readonly most: number;
  readonly onToggle: (id: string) => void;
}

interface RunTableProps {
  readonly filter: RunFilter;
  readonly onSort: (sort: RunSort, order: 'asc' | 'desc') => void;
  readonly selection?: RunSelection;
  readonly empty: ReactNode;
  readonly maxHeight: string;
}

/** All runs that a filter lets through, however many: only the rows in view exist. */
export function RunTable({ filter, onSort, selection, empty, maxHeight }: RunTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 0 });
  const { slots, total, error, retry } = useRunPages(filter, range.first, range.last);
  const withProject = filter.project === undefined;
  const columns = useMemo(() => runColumns(t, format, withProject), [t, format, withProject]);
  const table = useTable({
    features,
    columns,
    data: slots,
    getRowId: (slot) => slot.run?.id ?? `slot-${slot.index}`,
  });
  const rows = table.getRowModel().rows;
  const virtualizer = useVirtualizer({
    count: total === null ? 8 : rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    onChange: ({ range: shown }) => {
      const first = Math.floor((shown?.startIndex ?? 0) / pageSize);
      const last = Math.floor((shown?.endIndex ?? 0) / pageSize);
      setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
    },
  });
  const template = [
    ...(selection ? ['28px'] : []),
    ...columns.map(({ id }) => widths[id ?? ''] ?? '1fr'),
  ].join(' ');

  if (error != null && total === null) return <ProblemAlert error={error} onRetry={retry} />;
  if (total === 0) return <>{empty}</>;

  const openRow = (event: MouseEvent, slot: RunSlot) => {
    const inner = event.target instanceof Element && event.target.closest('a, button, input, label');
    if (inner || !slot.run || window.getSelection()?.toString()) return;
    void navigate({ to: '/runs/$runId', params: { runId: slot.run.id } });
  };
  return (
    <div className={classes.frame}>
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
              {table.getHeaderGroups()[0]?.headers.map((header) => (
                <SortHeader key={header.id} id={header.column.id} filter={filter} onSort={onSort}>
                  <table.FlexRender header={header} />
                </SortHeader>
              ))}
            </tr>
          </thead>
          <tbody style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
            {virtualizer.getVirtualItems().map(({ index, start }) => (
              <tr
                key={rows[index]?.id ?? index}
                aria-rowindex={index + 2}
                className={`${classes.row} ${classes.body}`}
                data-selected={selection?.ids.has(rows[index]?.id ?? '') || undefined}
                style={{ height: rowHeight, transform: `translateY(${start}px)` }}
                onClick={(event) => rows[index] && openRow(event, rows[index].original)}
              >
                {selection && <SelectCell selection={selection} slot={rows[index]?.original ?? null} />}
                <Cells row={rows[index]} render={(cell) => <table.FlexRender cell={cell} />} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

type RunRow = Row<typeof features, RunSlot>;

function Cells({
  row,
  render,
}: {
  readonly row: RunRow | undefined;
  readonly render: (cell: ReturnType<RunRow['getAllCells']>[number]) => ReactNode;
}) {
  return row?.getAllCells().map((cell) => (
    <td key={cell.id} className={classes.cell} data-numeric={numeric.has(cell.column.id) || undefined}>
      {render(cell)}
    </td>
  ));
}

function SelectCell({
  selection,
  slot,
}: {
  readonly selection: RunSelection;
  readonly slot: RunSlot | null;
}) {
  const { t } = useTranslation();
  const run = slot?.run;
  const chosen = run ? selection.ids.has(run.id) : false;
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
}

interface SortHeaderProps {
  readonly id: string;
  readonly filter: RunFilter;
  readonly onSort: RunTableProps['onSort'];
  readonly children: ReactNode;
}

function SortHeader({ id, filter, onSort, children }: SortHeaderProps) {
  const sort = runSorts.find((one) => one === id);
  const active = filter.sort === id;
  const Arrow = filter.order === 'asc' ? IconArrowUp : IconArrowDown;
  return (
    <th
      className={classes.cell}
      data-numeric={numeric.has(id) || undefined}
      aria-sort={active ? (filter.order === 'asc' ? 'ascending' : 'descending') : undefined}
    >
      {sort ? (
        <button
          type="button"
          className={classes.sort}
          onClick={() => onSort(sort, active && filter.order === 'desc' ? 'asc' : 'desc')}
        >
          {children}
          {active && <Arrow size={13} aria-hidden />}
        </button>
      ) : (
        children
      )}
    </th>
  );
}
