import { Group, Select, Skeleton } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { SplitCounts } from '../../../shared/contract/dataset-labels.ts';
import { splitOrder } from '../../components/label-texts.ts';
import { Note } from '../../components/note.ts';
import { ObjectOverlay } from '../../components/object-overlay.tsx';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { useFileUrl } from '../../rpc/files.ts';
import classes from './image-grid.module.css';
import type { Version } from './shown-types.ts';
import { ViewerDialog } from './viewer-dialog.tsx';

type Split = keyof SplitCounts;

const pageSize = 120;
const gap = 6;
const mostHeight = 404;
/** Boxes need more room than a thing that fills its image. */
const cells = { plain: 92, labelled: 136 } as const;
/** Pixels of thumbnails that are sharp in the larger cells. */
const labelledThumbnail = 256;

interface ImageGridProps {
  readonly dataset: string;
  readonly version: Version;
  /** The class whose images are shown; null: all. */
  readonly chosen: string | null;
  readonly onChoose: (name: string | null) => void;
}

/** All images of a version by class and split; only those in view are fetched and exist. */
export function ImageGrid({ dataset, version, chosen, onChoose }: ImageGridProps) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const [split, setSplit] = useState<Split | null>(null);
  const [viewed, setViewed] = useState<number | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize();
  const isLabelled = version.labels !== null;
  const cell = isLabelled ? cells.labelled : cells.plain;
  const columns = Math.max(2, Math.floor((width + gap) / (cell + gap)));
  const page = (number: number) =>
    queries.datasets.images.queryOptions({
      input: {
        dataset,
        version: version.version,
        offset: number * pageSize,
        limit: pageSize,
        ...(chosen !== null && { class: chosen }),
        ...(split !== null && { split }),
      },
      staleTime: Number.POSITIVE_INFINITY,
      placeholderData: keepPreviousData,
    });
  // An image may show several classes and many objects: how many images there are of a class is only known from an answer.
  const total =
    useQuery(page(0)).data?.total ?? (chosen === null && split === null ? version.images : columns);
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
    queries: Array.from({ length: lastPage - firstPage + 1 }, (_, index) => page(firstPage + index)),
  });
  const failed = pages.find(({ error }) => error);
  const imageAt = (index: number) =>
    pages[Math.floor(index / pageSize) - firstPage]?.data?.images[index % pageSize] ?? null;
  const only = chosen === null ? null : version.classes.findIndex(({ name }) => name === chosen);
  return (
    <Section
      title={t('datasets.imageCount')}
      beside={
        <>
          <Note className="tabular">{format.number(total)}</Note>
          <Filters
            version={version}
            chosen={chosen}
            split={split}
            onChoose={(name) => {
              onChoose(name);
              virtualizer.scrollToOffset(0);
            }}
            onSplit={(next) => {
              setSplit(next);
              virtualizer.scrollToOffset(0);
            }}
          />
        </>
      }
    >
      {failed && <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
      {total === 0 && <Note mb="sm">{t('common.noMatch')}</Note>}
      <div
        ref={scroller}
        className="surface"
        style={{
          height: Math.min(mostHeight, virtualizer.getTotalSize() + 22),
          overflowY: 'auto',
          padding: 10,
        }}
      >
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
                gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
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
                    <img
                      src={fileUrl(
                        isLabelled ? `${image.url}?size=${labelledThumbnail}` : image.thumbnailUrl,
                      )}
                      alt=""
                      loading="lazy"
                      className="cover"
                    />
                    {image.objects && <ObjectOverlay image={image} objects={image.objects} only={only} />}
                  </button>
                );
              })}
            </div>
          ))}
        </div>
      </div>
      <ViewerDialog
        dataset={dataset}
        version={version}
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

interface FiltersProps {
  readonly version: Version;
  readonly chosen: string | null;
  readonly split: Split | null;
  readonly onChoose: (name: string | null) => void;
  readonly onSplit: (split: Split | null) => void;
}

/** Which images are shown: by class, and by split where the version has any. */
function Filters({ version, chosen, split, onChoose, onSplit }: FiltersProps) {
  const { t, format } = useText();
  const classOptions = useMemo(
    () =>
      version.classes.map(({ name, count }) => ({ value: name, label: `${name} (${format.number(count)})` })),
    [version, format],
  );
  const splits = splitOrder.filter((one) => version.splits[one] !== undefined);
  return (
    <Group gap="xs" ml="auto" wrap="nowrap">
      {splits.length > 0 && (
        <Select
          w={150}
          aria-label={t('labels.split')}
          placeholder={t('labels.allSplits')}
          clearable
          data={splits.map((one) => ({
            value: one,
            label: `${t(`labels.splits.${one}`)} (${format.number(version.splits[one] ?? 0)})`,
          }))}
          value={split}
          onChange={(value) => onSplit(splits.find((one) => one === value) ?? null)}
        />
      )}
      <Select
        aria-label={t('perClass.name')}
        placeholder={t('datasets.allClasses')}
        clearable
        searchable
        limit={200}
        data={classOptions}
        value={chosen}
        onChange={onChoose}
      />
    </Group>
  );
}
