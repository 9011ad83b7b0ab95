import { Skeleton, useMatches } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { usePages } from './use-pages.ts';

const gap = 16;

/** Where a card is among all of them, for a screen reader: only those in view exist. */
export interface CardPlace {
  readonly 'aria-posinset': number;
  readonly 'aria-setsize': number;
}

interface CardGridProps<Item> {
  readonly label: string;
  readonly pages: Pick<ReturnType<typeof usePages<Item, unknown, Error>>, 'count' | 'itemAt' | 'onShown'>;
  readonly card: (item: Item, place: CardPlace) => ReactNode;
  readonly cardHeight: number;
}

/** Cards in rows, however many: only those in view exist. The window scrolls. */
export function CardGrid<Item>({ label, pages, card, cardHeight }: CardGridProps<Item>) {
  const columns = useMatches({ base: 1, sm: 2, lg: 3 });
  const box = useRef<HTMLDivElement>(null);
  const [above, setAbove] = useState(0);
  // What stands above it may come and go.
  useLayoutEffect(() => {
    const top = (box.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(top - above) > 1) setAbove(top);
  });
  const { itemAt, onShown } = pages;
  const count = pages.count ?? columns;
  const virtualizer = useWindowVirtualizer({
    count: Math.ceil(count / columns),
    estimateSize: () => cardHeight,
    gap,
    overscan: 3,
    scrollMargin: above,
    onChange: ({ range }) => {
      if (range) onShown({ first: range.startIndex * columns, last: (range.endIndex + 1) * columns - 1 });
    },
  });
  const inRow = (row: number) =>
    Array.from({ length: Math.min(columns, count - row * columns) }, (_, column) => row * columns + column);
  return (
    <div
      ref={box}
      role="feed"
      aria-label={label}
      aria-busy={pages.count === null}
      style={{ height: virtualizer.getTotalSize(), position: 'relative' }}
    >
      {virtualizer.getVirtualItems().map(({ index: row, key, start }) => (
        <div
          key={key}
          ref={virtualizer.measureElement}
          data-index={row}
          role="presentation"
          style={{
            position: 'absolute',
            insetInline: 0,
            transform: `translateY(${start - above}px)`,
            display: 'grid',
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            gap,
          }}
        >
          {inRow(row).map((index) => {
            const item = pages.count === null ? null : itemAt(index);
            return item === null ? (
              <Skeleton key={index} height={cardHeight} radius="md" />
            ) : (
              card(item, { 'aria-posinset': index + 1, 'aria-setsize': count })
            );
          })}
        </div>
      ))}
    </div>
  );
}
