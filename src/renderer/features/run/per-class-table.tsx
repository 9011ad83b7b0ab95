import { Group } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { ariaSort, DataTable, number, SortButton } from '../../components/data-table.tsx';
import { useText } from '../../i18n/use-text.ts';
import { isBackground, type Measure, meanOf, measuresOf, type PerClass, supportOf } from './per-class.ts';

type Row = PerClass['classes'][number];
type Column = 'name' | 'support' | Measure;

/** More classes than these scroll under their headings. */
const mostAtOnce = 40;

/** What the field writes as a part of one, not in percent. */
const isFraction = (measure: Measure) => measure === 'iou' || measure === 'map50' || measure === 'map50_95';

/** How well each class is recognised; press a heading to sort. */
export function PerClassTable({ data }: { readonly data: PerClass }) {
  const { t, format } = useText();
  const measures = useMemo(() => measuresOf(data), [data]);
  const [first] = measures;
  const [sort, setSort] = useState<{ by: Column; order: 'asc' | 'desc' }>({
    by: first ?? 'support',
    order: 'asc',
  });
  const rows = useMemo(() => sorted(data.classes, sort.by, sort.order), [data.classes, sort]);
  const text = (measure: Measure, value: number | null | undefined) => {
    if (typeof value !== 'number') return '–';
    return isFraction(measure) ? value.toFixed(3) : format.percent(value);
  };
  const column = (by: Column, title: string, cell: (row: Row) => ReactNode, look = number) => {
    const order = sort.by === by ? sort.order : null;
    return [
      <SortButton
        key={by}
        order={order}
        onSort={() => setSort({ by, order: order === 'asc' ? 'desc' : 'asc' })}
      >
        {title}
      </SortButton>,
      cell,
      { ...look, ...ariaSort(order) },
    ] as const;
  };
  const support = supportOf(data);
  const table = (
    <DataTable
      minWidth={260 + measures.length * 100}
      rows={rows}
      rowKey={({ place }) => place}
      {...(rows.length > mostAtOnce && { maxHeight: 640 })}
      columns={[
        column(
          'name',
          t('perClass.name'),
          (row) => (isBackground(data, row) ? t('confusion.background') : row.name),
          {},
        ),
        column('support', t(`perClass.${support}`), (row) => format.number(row.support)),
        ...measures.map((measure) =>
          column(measure, t(`perClass.${measure}`), (row) =>
            measure === first ? (
              <Group component="span" justify="flex-end" gap={10} wrap="nowrap">
                <span className="meter" style={{ width: 96, height: 6 }} aria-hidden="true">
                  <span style={{ width: `${Math.min(1, row[measure] ?? 0) * 100}%` }} />
                </span>
                <span style={{ minWidth: 48 }}>{text(measure, row[measure])}</span>
              </Group>
            ) : (
              text(measure, row[measure])
            ),
          ),
        ),
      ]}
      foot={[
        t('perClass.mean', { split: data.split }),
        support === 'images' ? format.number(data.images) : '',
        ...measures.map((measure) => text(measure, meanOf(data, measure))),
      ]}
    />
  );
  return rows.length > mostAtOnce ? <div className="surface">{table}</div> : table;
}

/** What has no value stands before the least. */
function sorted(rows: readonly Row[], by: Column, order: 'asc' | 'desc'): readonly Row[] {
  const sign = order === 'desc' ? -1 : 1;
  return rows.toSorted((a, b) => {
    if (by === 'name') return sign * a.name.localeCompare(b.name, undefined, { numeric: true });
    return sign * ((a[by] ?? -1) - (b[by] ?? -1));
  });
}
