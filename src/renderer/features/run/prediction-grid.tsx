import { Group, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFileUrl } from '../../rpc/files.ts';
import type { Predictions } from './artifact.ts';
import classes from './prediction-grid.module.css';

interface PredictionGridProps {
  readonly data: Predictions;
  readonly dataset: Run['dataset'];
}

/** Images with what the model took them for: the wrong ones teach most. */
export function PredictionGrid({ data, dataset }: PredictionGridProps) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const [shown, setShown] = useState<'wrong' | 'right'>(data.wrong > 0 ? 'wrong' : 'right');
  const samples = data.samples.filter((sample) => sample.correct === (shown === 'right'));
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
        <Note>
          {t('artifacts.wrongOf', { wrong: format.number(data.wrong), images: format.number(data.images) })}
        </Note>
      </Group>
      <ul className={`plain-list ${classes.grid}`}>
        {samples.map((sample) => (
          <li key={sample.path} className={classes.sample} title={sample.path}>
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
