import { ActionIcon, Center, Group, Modal, Select, Skeleton } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight, type TablerIcon } from '@tabler/icons-react';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { z } from 'zod';
import type { datasetImageSchema } from '../../../shared/contract/datasets.ts';
import { Facts } from '../../components/facts.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { useFileUrl } from '../../rpc/files.ts';
import classes from './image-grid.module.css';

const pageSize = 120;
const cell = 92;
const gap = 6;

interface ImageGridProps {
  readonly dataset: string;
  readonly version: number;
  readonly classes: readonly { readonly name: string; readonly count: number }[];
}

/** All images of a version by class; only those in view are fetched and exist. */
export function ImageGrid({ dataset, version, classes: classCounts }: ImageGridProps) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const [chosen, setChosen] = useState<string | null>(null);
  const [viewed, setViewed] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize();
  const columns = Math.max(2, Math.floor((width + gap) / (cell + gap)));
  const total = chosen
    ? (classCounts.find(({ name }) => name === chosen)?.count ?? 0)
    : classCounts.reduce((sum, { count }) => sum + count, 0);
  const virtualizer = useVirtualizer({
    count: Math.ceil(total / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => cell + gap,
    overscan: 2,
  });
  const rows = virtualizer.getVirtualItems();
  const firstPage = Math.floor(((rows[0]?.index ?? 0) * columns) / pageSize);
  const lastPage = Math.max(
    firstPage,
    Math.floor((((rows.at(-1)?.index ?? 0) + 1) * columns - 1) / pageSize),
  );
  const pages = useQueries({
    queries: Array.from({ length: lastPage - firstPage + 1 }, (_, index) =>
      queries.datasets.images.queryOptions({
        input: {
          dataset,
          version,
          offset: (firstPage + index) * pageSize,
          limit: pageSize,
          ...(chosen !== null && { class: chosen }),
        },
        staleTime: Number.POSITIVE_INFINITY,
        placeholderData: keepPreviousData,
      }),
    ),
  });
  const failed = pages.find((page) => page.error);
  const imageAt = (index: number) =>
    pages[Math.floor(index / pageSize) - firstPage]?.data?.images[index % pageSize] ?? null;
  const options = useMemo(
    () => classCounts.map(({ name, count }) => ({ value: name, label: `${name} (${format.number(count)})` })),
    [classCounts, format],
  );
  return (
    <Section
      title={t('datasets.imageCount')}
      beside={
        <>
          <Note className="tabular">{format.number(total)}</Note>
          <Select
            ml="auto"
            aria-label={t('perClass.name')}
            placeholder={t('datasets.allClasses')}
            clearable
            searchable
            data={options}
            value={chosen}
            onChange={(value) => {
              setChosen(value);
              virtualizer.scrollToOffset(0);
            }}
          />
        </>
      }
    >
      {failed && <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
      <div ref={scroller} className="surface" style={{ height: 404, overflowY: 'auto', padding: 10 }}>
        <div ref={ref} style={{ position: 'relative', height: virtualizer.getTotalSize() }}>
          {rows.map((row) => (
            <div
              key={row.key}
              style={{
                position: 'absolute',
                inset: '0 0 auto',
                display: 'grid',
                gap,
                height: cell,
                transform: `translateY(${row.start}px)`,
                gridTemplateColumns: `repeat(${columns}, 1fr)`,
              }}
            >
              {Array.from({ length: Math.min(columns, total - row.index * columns) }, (_, column) => {
                const index = row.index * columns + column;
                const image = imageAt(index);
                if (!image) return <Skeleton key={index} className={classes.image} radius={6} />;
                return (
                  <button
                    key={index}
                    type="button"
                    className={`plain-button ${classes.image}`}
                    onClick={() => setViewed(index)}
                    title={image.path}
                    aria-label={t('datasets.viewImage', { path: image.path })}
                  >
                    <img src={fileUrl(image.thumbnailUrl)} alt="" loading="lazy" className="cover" />
                  </button>
                );
              })}
            </div>
          ))}
        </div>
      </div>
      <ImageViewer
        image={viewed === null ? null : imageAt(viewed)}
        position={viewed}
        total={total}
        onMove={(index) => {
          setViewed(index);
          virtualizer.scrollToIndex(Math.floor(index / columns));
        }}
        onClose={() => setViewed(null)}
      />
    </Section>
  );
}

interface ImageViewerProps {
  readonly image: z.infer<typeof datasetImageSchema> | null;
  /** Its place among those listed; null: nothing is viewed. */
  readonly position: number | null;
  readonly total: number;
  readonly onMove: (position: number) => void;
  readonly onClose: () => void;
}

/** One image, large, with what is known of it; arrow keys go on. */
function ImageViewer({ image, position, total, onMove, onClose }: ImageViewerProps) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const at = position ?? 0;
  const move = (step: number) => {
    const next = at + step;
    if (next >= 0 && next < total) onMove(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  };
  const arrow = (step: number, label: string, Icon: TablerIcon) => (
    <ActionIcon
      variant="default"
      size="lg"
      disabled={at + step < 0 || at + step >= total}
      onClick={() => move(step)}
      aria-label={label}
    >
      <Icon size={18} />
    </ActionIcon>
  );
  return (
    <Modal
      opened={position !== null}
      onClose={onClose}
      size="lg"
      title={image?.class ?? ''}
      onKeyDown={onKeyDown}
    >
      <Center h={320} bdrs={8} bg="var(--surface-2)">
        {image && (
          <img
            src={fileUrl(image.url)}
            alt={image.path}
            style={{
              width: 'min(100%, 300px)',
              height: 300,
              objectFit: 'contain',
              // Few pixels are shown as they are; many are scaled smoothly.
              imageRendering: image.width < 200 ? 'pixelated' : 'auto',
            }}
          />
        )}
      </Center>
      <Group justify="space-between" my="sm">
        {arrow(-1, t('datasets.previousImage'), IconChevronLeft)}
        <Note className="tabular">
          {format.number(at + 1)} / {format.number(total)}
        </Note>
        {arrow(1, t('datasets.nextImage'), IconChevronRight)}
      </Group>
      {image && (
        <Facts
          facts={[
            [t('artifacts.name'), image.path, 'mono'],
            [
              t('datasets.pixels'),
              `${image.width} × ${image.height} · ${t('datasets.channels', { count: image.channels })}`,
            ],
            [t('datasets.size'), format.bytes(image.size)],
            ['SHA-256', image.sha256, 'mono'],
          ]}
        />
      )}
    </Modal>
  );
}
