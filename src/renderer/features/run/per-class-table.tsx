import { Group } from '@mantine/core';
import { useMemo, useState } from 'react';
import { ariaSort, DataTable, number, SortButton } from '../../components/data-table.tsx';
import { useText } from '../../i18n/use-text.ts';
import type { PerClass } from './artifact.ts';

type Row = PerClass['classes'][number];
type Column = 'name' | 'support' | 'recall' | 'precision' | 'f1';

/** How well each class is recognised; press a heading to sort. */
export function PerClassTable({ data }: { readonly data: PerClass }) {
  const { t, format } = useText();
  const [sort, setSort] = useState<{ by: Column; order: 'asc' | 'desc' }>({ by: 'recall', order: 'asc' });
  const rows = useMemo(() => {
    const sign = sort.order === 'desc' ? -1 : 1;
    return data.classes.toSorted((a, b) => {
      const [one, other] = [a[sort.by], b[sort.by]];
      if (typeof one === 'string' && typeof other === 'string') return sign * one.localeCompare(other);
      return sign * (Number(one ?? -1) - Number(other ?? -1));
    });
  }, [data.classes, sort]);
  const share = (value: number | null) => (value === null ? '–' : format.percent(value));
  const column = (by: Column, cell: (row: Row) => React.ReactNode, look = number) => {
    const order = sort.by === by ? sort.order : null;
    return [
      <SortButton
        key={by}
        order={order}
        onSort={() => setSort({ by, order: order === 'asc' ? 'desc' : 'asc' })}
      >
        {t(`perClass.${by}`)}
      </SortButton>,
      cell,
      { ...look, ...ariaSort(order) },
    ] as const;
  };
  const { macro } = data;
  return (
    <DataTable
      minWidth={560}
      rows={rows}
      rowKey={({ name }) => name}
      columns={[
        column('name', ({ name }) => name, {}),
        column('support', ({ support }) => format.number(support)),
        column('recall', ({ recall }) => (
          <Group component="span" justify="flex-end" gap={10}>
            <span className="meter" style={{ width: 96, height: 6 }} aria-hidden="true">
              <span style={{ width: `${(recall ?? 0) * 100}%` }} />
            </span>
            <span style={{ minWidth: 48 }}>{share(recall)}</span>
          </Group>
        )),
        column('precision', ({ precision }) => share(precision)),
        column('f1', ({ f1 }) => share(f1)),
      ]}
      foot={[
        t('perClass.mean', { split: data.split }),
        format.number(data.images),
        share(macro.recall),
        share(macro.precision),
        share(macro.f1),
      ]}
    />
  );
}
