import { Group, Stack } from '@mantine/core';
import { useMemo, useRef, useState } from 'react';
import type { Prediction } from '../../../../shared/contract/predictions.ts';
import { classColor } from '../../../charts/class-colors.ts';
import { Note } from '../../../components/note.ts';
import { Section } from '../../../components/page.tsx';
import { ClassList } from '../../../components/viewer/class-list.tsx';
import { LayerSwitches, type Layers } from '../../../components/viewer/layer-switches.tsx';
import { ObjectList } from '../../../components/viewer/object-list.tsx';
import { classesIn, type ShownObject } from '../../../components/viewer/shown-objects.ts';
import { Stage, type StageControls } from '../../../components/viewer/stage.tsx';
import viewer from '../../../components/viewer/viewer.module.css';
import { useText } from '../../../i18n/use-text.ts';
import classes from './prediction-result.module.css';
import { ScoreSlider } from './score-slider.tsx';

interface PredictionResultProps {
  readonly prediction: Prediction;
  /** What the image is called. */
  readonly path: string;
}

/** What the confusion matrix and the samples of a training count as found. */
const usualLeast = 0.25;
const noClassHidden: ReadonlySet<number | null> = new Set();

/** The image with what was found in it drawn over it, and the same in words beside it. */
export function PredictionResult({ prediction, path }: PredictionResultProps) {
  const { t, format } = useText();
  const controls = useRef<StageControls>(null);
  const [least, setLeast] = useState(usualLeast);
  const [layers, setLayers] = useState<Layers>({ boxes: true, masks: true });
  const [hidden, setHidden] = useState(noClassHidden);
  const [lit, setLit] = useState<ShownObject | null>(null);
  const { model, image, milliseconds } = prediction;
  const all = useMemo(() => shownObjects(prediction), [prediction]);
  const isOfRegions = prediction.classes.length > 0;
  const sure = useMemo(
    () => (isOfRegions ? all : all.filter(({ probability }) => (probability ?? 1) >= least)),
    [all, isOfRegions, least],
  );
  const objects = useMemo(() => sure.filter((one) => !hidden.has(one.class)), [sure, hidden]);
  const shownLit = lit && objects.includes(lit) ? lit : null;
  const nameOf = (index: number | null) => (index === null ? '' : (model.classNames[index] ?? `${index}`));
  const stageImage = useMemo(() => ({ ...image, path, url: image.preview }), [image, path]);
  const isOfObjects = all.length > 0 && !isOfRegions;
  return (
    <Section title={t('predict.result')}>
      <div className={viewer.body}>
        <Stage
          {...{ controls, objects, layers, nameOf }}
          image={stageImage}
          label={t('predict.found', { path, count: objects.length })}
          lit={shownLit}
          onLit={setLit}
        >
          <Note className="cut" title={path}>
            {path}
          </Note>
        </Stage>
        <div className={viewer.side}>
          {(isOfObjects || all.length > 0) && (
            <Group gap="8px 18px">
              {isOfObjects && <ScoreSlider least={least} lowest={0} onLeast={setLeast} />}
              <LayerSwitches objects={all} layers={layers} onLayers={setLayers} />
            </Group>
          )}
          {isOfRegions && <Classes prediction={prediction} />}
          {isOfObjects && sure.length > 0 && (
            <>
              <ClassList {...{ nameOf, hidden }} found={classesIn(sure)} onHidden={setHidden} />
              <ObjectList {...{ objects, nameOf }} lit={shownLit} onLit={setLit} />
            </>
          )}
          {isOfObjects && sure.length === 0 && <Note>{t('predict.noneSure')}</Note>}
          {all.length === 0 && !isOfRegions && <Note>{t('predict.nothing')}</Note>}
          <Stack gap={2}>
            <Note size="xs" className="tabular">
              {t('predict.time', {
                total: format.duration(milliseconds.total),
                network: format.duration(milliseconds.network),
              })}
            </Note>
            {milliseconds.load !== null && (
              <Note size="xs" className="tabular">
                {t('predict.loaded', { load: format.duration(milliseconds.load) })}
              </Note>
            )}
            <Note size="xs" className="tabular">
              {t('predict.size', { width: image.width, height: image.height })}
            </Note>
            {model.epoch !== null && (
              <Note size="xs">
                {t('predict.model', { attempt: model.attempt, epoch: format.number(model.epoch) })}
              </Note>
            )}
          </Stack>
        </div>
      </div>
    </Section>
  );
}

/** The objects as they are drawn, the surest first. */
function shownObjects({ objects }: Prediction): readonly ShownObject[] {
  return objects.map((one, number) => ({
    ...one,
    ...{ number, crowd: false, difficult: false },
  }));
}

/** Classes with a bar each: how sure the model is, or how much of the image each covers. */
function Classes({ prediction }: { readonly prediction: Prediction }) {
  const { t, format } = useText();
  const isOfAreas = prediction.model.task !== 'classification';
  return (
    <Section title={t(isOfAreas ? 'predict.areas' : 'predict.classes')} size={14} mb={4}>
      <ul className={`plain-list ${classes.bars}`}>
        {prediction.classes.map(({ class: index, name, probability, share }) => {
          const value = share ?? probability;
          return (
            <li key={index} className={classes.row}>
              <span className="cut" title={name}>
                {name}
              </span>
              <span className="meter" aria-hidden="true">
                <span style={{ width: `${value * 100}%`, background: classColor(index) }} />
              </span>
              <span className={`tabular ${classes.value}`}>{format.percent(value, 1)}</span>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
