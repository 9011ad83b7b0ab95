import { Group, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../shared/contract/datasets.ts';
import { useFormat } from '../format/use-format.ts';

type Told = Pick<NonNullable<Dataset['import']>, 'phase' | 'done' | 'total' | 'rate' | 'secondsLeft'>;

/** The engine has not told of it yet. */
export const notCounted: Told = { phase: 'counting', done: 0, total: null, rate: null, secondsLeft: null };

/** How far a check or an import is: the phase, files of all, how fast, and how long it takes. */
export function FileProgress({ progress }: { readonly progress: Told }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { phase, done, total, rate, secondsLeft } = progress;
  const facts = [
    phase !== 'committing' &&
      (total === null ? format.number(done) : `${format.number(done)} / ${format.number(total)}`),
    rate !== null && t('datasets.filesASecond', { rate: format.number(Math.round(rate)) }),
    secondsLeft !== null &&
      secondsLeft > 0 &&
      t('datasets.timeLeft', { time: format.duration(secondsLeft * 1000) }),
  ].filter((fact) => fact !== false);
  const name = t(`datasets.phases.${phase}`);
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={6}>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Text size="sm" c="dimmed" className="tabular">
          {facts.join(' · ')}
        </Text>
      </Group>
      <Progress value={total ? (done / total) * 100 : 100} animated={!total} aria-label={name} />
    </div>
  );
}
