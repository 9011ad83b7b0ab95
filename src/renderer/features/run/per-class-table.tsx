import { Table } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import type { PerClass } from './artifact-formats.ts';
import classes from './per-class-table.module.css';

const columns = ['name', 'support', 'recall', 'precision', 'f1'] as const;
type Column = (typeof columns)[number];

/** How well each class is recognised; press a heading to sort. */
export function PerClassTable({ data }: { readonly data: PerClass }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [sort, setSort] = useState<{ by: Column; down: boolean }>({ by: 'recall', down: false });
  const rows = useMemo(() => {
    const sign = sort.down ? -1 : 1;
    return data.classes.toSorted((a, b) => {
      const [one, other] = [a[sort.by], b[sort.by]];
      if (typeof one === 'string' && typeof other === 'string') return sign * one.localeCompare(other);
      return sign * (Number(one ?? -1) - Number(other ?? -1));
    });
  }, [data.classes, sort]);
  const share = (value: number | null) => (value === null ? '–' : format.percent(value));
  const Arrow = sort.down ? IconArrowDown : IconArrowUp;
  return (
    <div className="surface" style={{ overflowX: 'auto' }}>
      <Table fz="sm" miw={560}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th
                key={column}
                ta={column === 'name' ? 'left' : 'right'}
                aria-sort={sort.by === column ? (sort.down ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  className={classes.sort}
                  onClick={() => setSort({ by: column, down: sort.by === column ? !sort.down : false })}
                >
                  {t(`perClass.${column}`)}
                  {sort.by === column && <Arrow size={13} aria-hidden />}
                </button>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Td>{row.name}</Table.Td>
              <Table.Td ta="right" className="tabular">
                {format.number(row.support)}
              </Table.Td>
              <Table.Td ta="right" className="tabular">
                <span className={classes.meter}>
                  <span className={classes.track} aria-hidden="true">
                    <span className={classes.fill} style={{ width: `${(row.recall ?? 0) * 100}%` }} />
                  </span>
                  <span className={classes.share}>{share(row.recall)}</span>
                </span>
              </Table.Td>
              <Table.Td ta="right" className="tabular">
                {share(row.precision)}
              </Table.Td>
              <Table.Td ta="right" className="tabular">
                {share(row.f1)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
        <Table.Tfoot>
          <Table.Tr>
            <Table.Th>{t('perClass.mean', { split: data.split })}</Table.Th>
            <Table.Th ta="right" className="tabular">
              {format.number(data.images)}
            </Table.Th>
            <Table.Th ta="right" className="tabular">
              {share(data.macro.recall)}
            </Table.Th>
            <Table.Th ta="right" className="tabular">
              {share(data.macro.precision)}
            </Table.Th>
            <Table.Th ta="right" className="tabular">
              {share(data.macro.f1)}
            </Table.Th>
          </Table.Tr>
        </Table.Tfoot>
      </Table>
    </div>
  );
}
