import { Group, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { ClassCount } from '../../../shared/contract/dataset-labels.ts';
import { classColor } from '../../charts/class-colors.ts';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { Bar } from './bars.tsx';

const orders = ['most', 'fewest', 'index'] as const;
type Order = (typeof orders)[number];
/** More are looked through by name and order. */
const atAGlance = 10;
const rowHeight = 26;

interface ClassBalanceProps {
  readonly label: string;
  /** In the order of their indexes. */
  readonly classes: readonly ClassCount[];
  /** Each class has the colour that its boxes have. */
  readonly areColored: boolean;
  readonly onClass: (name: string) => void;
}

/** How much there is of each class, however many there are: only those in view exist. Pressing one shows its images. */
export function ClassBalance({ label, classes, areColored, onClass }: ClassBalanceProps) {
  const { t } = useText();
  const [order, setOrder] = useState<Order>('most');
  const [search, setSearch] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const most = useMemo(() => classes.reduce((max, { count }) => Math.max(max, count), 1), [classes]);
  const rows = useMemo(() => sorted(classes, order, search), [classes, order, search]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  return (
    <>
      {classes.length > atAGlance && (
        <Group gap="xs" mb="sm" wrap="nowrap">
          <TextInput
            flex={1}
            size="xs"
            aria-label={t('labels.findClass')}
            placeholder={t('labels.findClass')}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Select
            size="xs"
            w={130}
            aria-label={t('labels.order')}
            allowDeselect={false}
            data={orders.map((one) => ({ value: one, label: t(`labels.orders.${one}`) }))}
            value={order}
            onChange={(value) => setOrder(orders.find((one) => one === value) ?? 'most')}
          />
        </Group>
      )}
      <div ref={scroller} style={{ maxHeight: 264, overflowY: 'auto' }}>
        <ul
          className="plain-list"
          aria-label={label}
          style={{ position: 'relative', height: virtualizer.getTotalSize(), fontSize: 13 }}
        >
          {virtualizer.getVirtualItems().map(({ index: row, start }) => {
            const found = rows[row];
            if (!found) return null;
            const { name, count, index } = found;
            return (
              <li
                key={index}
                aria-posinset={row + 1}
                aria-setsize={rows.length}
                style={{ position: 'absolute', insetInline: 0, transform: `translateY(${start}px)` }}
              >
                <button
                  type="button"
                  className="plain-button"
                  style={{ width: '100%', textAlign: 'start', height: rowHeight }}
                  title={t('labels.showClass', { name })}
                  onClick={() => onClass(name)}
                >
                  <Bar
                    name={name}
                    count={count}
                    most={most}
                    color={areColored ? classColor(index) : undefined}
                  />
                </button>
              </li>
            );
          })}
        </ul>
        {rows.length === 0 && <Note>{t('common.noMatch')}</Note>}
      </div>
    </>
  );
}

function sorted(classes: readonly ClassCount[], order: Order, search: string) {
  const wanted = search.trim().toLowerCase();
  const rows = classes
    .map(({ name, count }, index) => ({ name, count, index }))
    .filter(({ name }) => name.toLowerCase().includes(wanted));
  if (order === 'index') return rows;
  const sign = order === 'most' ? -1 : 1;
  return rows.sort((one, other) => sign * (one.count - other.count) || one.index - other.index);
}
