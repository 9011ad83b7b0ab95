import { Group, Modal, SegmentedControl, VisuallyHidden } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { Note } from '../../../components/note.ts';
import { ClassList } from '../../../components/viewer/class-list.tsx';
import { ImageSteps } from '../../../components/viewer/image-steps.tsx';
import type { Layers } from '../../../components/viewer/layer-switches.tsx';
import { ObjectList } from '../../../components/viewer/object-list.tsx';
import { classesIn, type ShownObject } from '../../../components/viewer/shown-objects.ts';
import { Stage, type StageControls } from '../../../components/viewer/stage.tsx';
import { useViewerKeys } from '../../../components/viewer/use-viewer-keys.ts';
import viewer from '../../../components/viewer/viewer.module.css';
import { useText } from '../../../i18n/use-text.ts';
import { filtered, type SampleFilter, type ShownSample } from './shown-predictions.ts';

/** With the address of its image. */
type PlacedSample = ShownSample & { readonly url: string | null };

interface SampleViewerProps {
  readonly sample: PlacedSample;
  readonly position: number;
  readonly total: number;
  readonly filter: SampleFilter;
  readonly layers: Layers;
  readonly nameOf: (index: number | null) => string;
  /** What sets score and layers. */
  readonly controls: ReactNode;
  readonly onMove: (position: number | null) => void;
  readonly onFilter: (filter: SampleFilter) => void;
  readonly onToggleMasks: () => void;
}

interface SampleDialogProps extends Omit<SampleViewerProps, 'sample' | 'position' | 'total'> {
  readonly shown: readonly PlacedSample[];
  /** The place of the sample that is shown; null: none. */
  readonly opened: number | null;
}

/** A sample, large. */
export function SampleDialog({ shown, opened, ...viewed }: SampleDialogProps) {
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false;
  const sample = opened === null ? undefined : shown[opened];
  return (
    <Modal
      opened={sample !== undefined}
      onClose={() => viewed.onMove(null)}
      size="min(1240px, 96vw)"
      fullScreen={isNarrow}
      title={sample?.path ?? ''}
      styles={{ title: { overflowWrap: 'anywhere' } }}
    >
      {sample && opened !== null && (
        <SampleViewer {...viewed} sample={sample} position={opened} total={shown.length} />
      )}
    </Modal>
  );
}

/** What is in an image, dashed and hatched, under what was found, drawn through and filled. */
function SampleViewer({ sample, position, total, filter, onFilter, ...viewed }: SampleViewerProps) {
  const { t } = useText();
  const { layers, nameOf, controls: settings, onMove, onToggleMasks } = viewed;
  const controls = useRef<StageControls>(null);
  const [lit, setLit] = useState<ShownObject | null>(null);
  const objects = useMemo(() => filtered(sample.objects, filter), [sample.objects, filter]);
  const shownLit = lit && objects.includes(lit) ? lit : null;
  const move = (step: number) => {
    const next = position + step;
    if (next >= 0 && next < total) onMove(next);
  };
  useViewerKeys(controls, { move, toggleMasks: onToggleMasks });
  const counts = [
    t('predictions.truthCount', { count: objects.filter(({ origin }) => origin === 'truth').length }),
    t('predictions.foundCount', { count: objects.filter(({ origin }) => origin === 'prediction').length }),
  ];
  return (
    <div className={viewer.body}>
      <div>
        <Stage
          {...{ controls, objects, layers, nameOf }}
          image={sample}
          label={[sample.path, ...counts].join(', ')}
          lit={shownLit}
          onLit={setLit}
        >
          <ImageSteps {...{ position, total }} onMove={move} />
        </Stage>
        <VisuallyHidden>{t('viewer.keys')}</VisuallyHidden>
      </div>
      <div className={viewer.side}>
        <div>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={t('predictions.shown')}
            value={filter.origin}
            onChange={(origin) => onFilter({ ...filter, origin })}
            data={[
              { value: 'both', label: t('predictions.both') },
              { value: 'truth', label: t('predictions.truth') },
              { value: 'prediction', label: t('predictions.prediction') },
            ]}
          />
          <Note size="xs" mt={6}>
            {t('predictions.lines')}
          </Note>
        </div>
        <Group gap="8px 18px">{settings}</Group>
        <ClassList
          {...{ nameOf }}
          found={classesIn(sample.objects)}
          hidden={filter.hidden}
          onHidden={(hidden) => onFilter({ ...filter, hidden })}
        />
        <ObjectList {...{ objects, nameOf }} lit={shownLit} onLit={setLit} />
      </div>
    </div>
  );
}
