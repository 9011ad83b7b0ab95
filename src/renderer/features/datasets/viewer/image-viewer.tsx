import { Alert, Group, Stack, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import { Facts } from '../../../components/facts.tsx';
import { Note } from '../../../components/note.ts';
import { ProblemAlert, ProblemText } from '../../../components/problem-alert.tsx';
import { ClassList } from '../../../components/viewer/class-list.tsx';
import { ImageSteps } from '../../../components/viewer/image-steps.tsx';
import { LayerSwitches, type Layers } from '../../../components/viewer/layer-switches.tsx';
import { ObjectList } from '../../../components/viewer/object-list.tsx';
import { classesIn, type ShownObject } from '../../../components/viewer/shown-objects.ts';
import { Stage, type StageControls } from '../../../components/viewer/stage.tsx';
import { useViewerKeys } from '../../../components/viewer/use-viewer-keys.ts';
import classes from '../../../components/viewer/viewer.module.css';
import { useText } from '../../../i18n/use-text.ts';
import { queries } from '../../../rpc/client.ts';
import type { ListedImage, Version } from '../shown-types.ts';

interface ImageViewerProps {
  readonly dataset: string;
  readonly version: Version;
  /** As the list has it; null until it has come. */
  readonly image: ListedImage | null;
  /** Its place among those listed. */
  readonly position: number;
  readonly total: number;
  readonly onMove: (position: number) => void;
}

/** An object of an image. */
interface Lit {
  readonly path: string;
  readonly number: number;
}

/** One image, large, with what is labelled in it and what is known of it. */
export function ImageViewer({ dataset, version, image, position, total, onMove }: ImageViewerProps) {
  const { t, format } = useText();
  const controls = useRef<StageControls>(null);
  const [hidden, setHidden] = useState<ReadonlySet<number | null>>(new Set());
  const [layers, setLayers] = useState<Layers>({ boxes: true, masks: true });
  const [lit, setLit] = useState<Lit | null>(null);
  const whole = useQuery(
    queries.datasets.image.queryOptions({
      input: { dataset, version: version.version, path: image?.path ?? '' },
      enabled: image !== null,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  const all = whole.data?.objects ?? image?.objects ?? null;
  const objects = useMemo(
    () =>
      (all ?? [])
        .map((object, number) => ({ ...object, number }))
        .filter((object) => !hidden.has(object.class)),
    [all, hidden],
  );
  const found = useMemo(() => classesIn(all ?? []), [all]);
  const names = version.classes;
  const nameOf = useCallback(
    (index: number | null) => (index === null ? t('viewer.ignored') : (names[index]?.name ?? `${index}`)),
    [names, t],
  );
  // What was lit in another image, or is hidden now, is not lit. By its number: all of an image comes after what the list has of it.
  const path = image?.path ?? null;
  const shownLit = lit?.path === path ? (objects.find(({ number }) => number === lit?.number) ?? null) : null;
  const light = (object: ShownObject | null) =>
    setLit(object && path !== null ? { path, number: object.number } : null);
  const move = (step: number) => {
    const next = position + step;
    if (next >= 0 && next < total) onMove(next);
  };
  useViewerKeys(controls, {
    move,
    toggleMasks: () => setLayers((shown) => ({ ...shown, masks: !shown.masks })),
  });
  const others = <ImageSteps {...{ position, total }} onMove={move} />;
  const hasObjects = all !== null && all.length > 0;
  const objectsText = t('labels.objects', {
    count: all?.length ?? 0,
    formatted: format.number(all?.length ?? 0),
  });
  return (
    <div className={`${classes.body} ${all === null ? classes.plain : ''}`}>
      <div>
        {image ? (
          <Stage
            controls={controls}
            image={image}
            label={all === null ? image.path : t('viewer.stage', { path: image.path, objects: objectsText })}
            {...{ objects, layers, nameOf }}
            lit={shownLit}
            onLit={light}
          >
            {others}
          </Stage>
        ) : (
          <>
            <div className={classes.stage} />
            <Group mt={8}>{others}</Group>
          </>
        )}
        <VisuallyHidden>{t('viewer.keys')}</VisuallyHidden>
      </div>
      <div className={classes.side}>
        {whole.error && <ProblemAlert error={whole.error} onRetry={() => void whole.refetch()} />}
        <Findings findings={whole.data?.findings ?? []} />
        {hasObjects && (
          <>
            <Group gap="md">
              <LayerSwitches objects={all ?? []} {...{ layers }} onLayers={setLayers} />
            </Group>
            <ClassList {...{ found, nameOf, hidden }} onHidden={setHidden} />
            <ObjectList {...{ objects, nameOf }} lit={shownLit} onLit={light} />
          </>
        )}
        {all?.length === 0 && <Note>{t('viewer.noObjects')}</Note>}
        {image && <ImageFacts image={image} />}
      </div>
    </div>
  );
}

function ImageFacts({ image }: { readonly image: ListedImage }) {
  const { t, format } = useText();
  return (
    <Facts
      facts={[
        [t('artifacts.name'), image.path, 'mono'],
        ...(image.split === null ? [] : [[t('labels.split'), t(`labels.splits.${image.split}`)] as const]),
        [
          t('datasets.pixels'),
          `${image.width} × ${image.height} · ${t('datasets.channels', { count: image.channels })}`,
        ],
        [t('datasets.size'), format.bytes(image.size)],
        ['SHA-256', image.sha256, 'mono'],
      ]}
    />
  );
}

type Finding = Parameters<typeof ProblemText>[0]['problem'] & {
  readonly path: string;
  readonly line?: number | undefined;
};

/** What the import found about the image. */
function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const { t } = useText();
  if (findings.length === 0) return null;
  return (
    <Alert color="yellow" p="xs" icon={<IconAlertTriangle aria-hidden />} title={t('viewer.findings')}>
      <Stack gap={8}>
        {findings.map((finding, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two findings of a line differ in nothing else
          <ProblemText key={number} problem={finding} />
        ))}
      </Stack>
    </Alert>
  );
}
