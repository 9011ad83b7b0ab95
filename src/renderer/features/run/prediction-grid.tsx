import { Group, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFileUrl } from '../../rpc/files.ts';
import classes from './prediction-grid.module.css';
import type { ClassSample, Predictions } from './prediction-samples.ts';

interface PredictionGridProps {
  readonly head: Pick<Predictions, 'wrong' | 'images'>;
  readonly samples: readonly ClassSample[];
  readonly dataset: Run['dataset'];
}

/** Images with what the model took them for: the wrong ones teach most. */
export function PredictionGrid({ head, samples: all, dataset }: PredictionGridProps) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const [shown, setShown] = useState<'wrong' | 'right'>(
    all.some(({ correct }) => !correct) ? 'wrong' : 'right',
  );
  const samples = all.filter((sample) => sample.correct === (shown === 'right'));
  return (
    <div className="surface panel">
      <Group gap={14} mb={14}>
        <SegmentedControl
          size="xs"
          aria-label={t('artifacts.predictions')}
          value={shown}
          onChange={setShown}
          data={[
            { value: 'wrong', label: t('artifacts.wrong') },
            { value: 'right', label: t('artifacts.right') },
          ]}
        />
        {head.wrong !== undefined && (
          <Note>
            {t('artifacts.wrongOf', { wrong: format.number(head.wrong), images: format.number(head.images) })}
          </Note>
        )}
      </Group>
      <ul className={`plain-list ${classes.grid}`}>
        {samples.map((sample, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two samples of somebody's file may be of one image
          <li key={`${shown} ${place}`} className={classes.sample} title={sample.path}>
            {dataset ? (
              <img
                src={fileUrl(
                  `/files/datasets/${dataset.id}/${dataset.version}/images/${sample.sha256}?size=128`,
                )}
                alt={sample.path}
                loading="lazy"
                onError={(event) => {
                  event.currentTarget.style.visibility = 'hidden';
                }}
              />
            ) : (
              <span className={`muted ${classes.missing}`}>{sample.path}</span>
            )}
            <span className={classes.taken} data-correct={sample.correct || undefined}>
              {sample.predicted}
              <span className="tabular">
                {sample.probability === null ? '' : format.percent(sample.probability, 0)}
              </span>
            </span>
            {!sample.correct && <span className="muted">{t('artifacts.truth', { name: sample.true })}</span>}
          </li>
        ))}
      </ul>
      {samples.length === 0 && <Note>{t('artifacts.noSamples')}</Note>}
    </div>
  );
}
