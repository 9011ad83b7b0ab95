import { Button, Group } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Run } from '../../../../shared/contract/runs.ts';
import { Note } from '../../../components/note.ts';
import { ClassList } from '../../../components/viewer/class-list.tsx';
import { LayerSwitches, type Layers } from '../../../components/viewer/layer-switches.tsx';
import { ObjectThumbnail } from '../../../components/viewer/object-thumbnail.tsx';
import { classesIn } from '../../../components/viewer/shown-objects.ts';
import { useText } from '../../../i18n/use-text.ts';
import type { ObjectSample } from '../prediction-samples.ts';
import classes from './object-predictions.module.css';
import { SampleDialog } from './sample-dialog.tsx';
import { ScoreSlider } from './score-slider.tsx';
import { classesOf, filtered, type SampleFilter, shownSamples } from './shown-predictions.ts';

interface ObjectPredictionsProps {
  readonly run: Run;
  readonly samples: readonly ObjectSample[];
}

/** The others come when they are asked for. */
const atFirst = 12;

/** Images with what is in them beside what the model found, the worst first. Pressing one shows both over each other, large. */
export function ObjectPredictions({ run, samples }: ObjectPredictionsProps) {
  const { t } = useText();
  const { config } = run;
  const names = useMemo(() => classesOf(config?.task.classNames ?? [], samples), [config, samples]);
  const { id, version } = run.dataset ?? {};
  const shown = useMemo(
    () =>
      shownSamples(samples, names).map((sample) => ({
        ...sample,
        url: id === undefined ? null : `/files/datasets/${id}/${version}/images/${sample.sha256}`,
      })),
    [samples, names, id, version],
  );
  const all = useMemo(() => shown.flatMap(({ objects }) => objects), [shown]);
  const scores = useMemo(() => all.flatMap(({ probability }) => probability ?? []), [all]);
  const [filter, setFilter] = useState<SampleFilter>({ hidden: new Set(), least: 0, origin: 'both' });
  const [layers, setLayers] = useState<Layers>({ boxes: true, masks: true });
  const [areAllShown, setAllShown] = useState(false);
  const [opened, setOpened] = useState<number | null>(null);
  const nameOf = (index: number | null) => (index === null ? '' : (names[index] ?? `${index}`));
  const controls = (
    <>
      {scores.length > 0 && (
        <ScoreSlider
          least={filter.least}
          lowest={scores.reduce((lowest, score) => Math.min(lowest, score), 1)}
          onLeast={(least) => setFilter({ ...filter, least })}
        />
      )}
      <LayerSwitches objects={all} {...{ layers }} onLayers={setLayers} />
    </>
  );
  return (
    <div>
      <Group gap="8px 22px" mb={14}>
        {controls}
      </Group>
      <div className={classes.layout}>
        <ul className={`plain-list ${classes.grid}`}>
          {(areAllShown ? shown : shown.slice(0, atFirst)).map((sample, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: samples never change their order, and two may be of one image
            <li key={position}>
              <Sample {...{ sample, filter, layers }} onOpen={() => setOpened(position)} />
            </li>
          ))}
        </ul>
        <ClassList
          {...{ nameOf }}
          title={t('predictions.classes')}
          found={classesIn(all)}
          hidden={filter.hidden}
          onHidden={(hidden) => setFilter({ ...filter, hidden })}
        />
      </div>
      {!areAllShown && shown.length > atFirst && (
        <Button mt="md" size="xs" variant="default" onClick={() => setAllShown(true)}>
          {t('predictions.showAll', { count: shown.length })}
        </Button>
      )}
      <SampleDialog
        {...{ shown, opened, filter, layers, nameOf, controls }}
        onMove={setOpened}
        onFilter={setFilter}
        onToggleMasks={() => setLayers({ ...layers, masks: !layers.masks })}
      />
    </div>
  );
}

interface SampleProps {
  readonly sample: ReturnType<typeof shownSamples>[number] & { readonly url: string | null };
  readonly filter: SampleFilter;
  readonly layers: Layers;
  readonly onOpen: () => void;
}

/** The truth on the left, what was found on the right. */
function Sample({ sample, filter, layers, onOpen }: SampleProps) {
  const { t } = useText();
  const [truths, found] = useMemo(
    () => (['truth', 'prediction'] as const).map((origin) => filtered(sample.objects, { ...filter, origin })),
    [sample.objects, filter],
  ) as [ReturnType<typeof filtered>, ReturnType<typeof filtered>];
  return (
    <button
      type="button"
      className={`plain-button ${classes.sample}`}
      onClick={onOpen}
      title={sample.path}
      aria-label={t('predictions.view', {
        path: sample.path,
        truths: truths.length,
        found: found.length,
      })}
    >
      <span className={classes.pair}>
        <span>
          <ObjectThumbnail image={sample} objects={truths} {...{ layers }} />
          <Note component="span" size="xs">
            {t('predictions.truthCount', { count: truths.length })}
          </Note>
        </span>
        <span>
          <ObjectThumbnail image={sample} objects={found} {...{ layers }} />
          <Note component="span" size="xs">
            {t('predictions.foundCount', { count: found.length })}
          </Note>
        </span>
      </span>
      <span className="muted cut">{sample.path}</span>
    </button>
  );
}
