import { Button, Group, Progress, Text } from '@mantine/core';
import type { Dataset } from '../../shared/contract/datasets.ts';
import { useText } from '../i18n/use-text.ts';
import { engine, queries } from '../rpc/client.ts';
import { Note } from './note.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { useWrite } from './use-write.ts';

type ShownProgress = Pick<
  NonNullable<Dataset['import']>,
  'phase' | 'done' | 'total' | 'rate' | 'secondsLeft'
>;

/** The engine has not reported any progress yet. */
export const notCounted: ShownProgress = {
  phase: 'counting',
  done: 0,
  total: null,
  rate: null,
  secondsLeft: null,
};

/** How far a check or an import is: the phase, files or bytes of all, how fast, and how long it takes. */
export function FileProgress({ progress }: { readonly progress: ShownProgress }) {
  const { t, format } = useText();
  const { phase, done, total, rate, secondsLeft } = progress;
  const isBytes = phase === 'downloading';
  const amount = isBytes ? format.bytes : format.number;
  const facts = [
    phase !== 'committing' && (total === null ? amount(done) : `${amount(done)} / ${amount(total)}`),
    rate !== null &&
      (isBytes
        ? `${format.bytes(rate)}/s`
        : t('datasets.filesASecond', { rate: format.number(Math.round(rate)) })),
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
        <Note className="tabular">{facts.join(' · ')}</Note>
      </Group>
      <Progress value={total ? (done / total) * 100 : 100} animated={!total} aria-label={name} />
    </div>
  );
}

interface CancelImportProps {
  readonly importId: string;
  readonly phase: NonNullable<Dataset['import']>['phase'];
  /** The dataset, where others stand beside it. */
  readonly name?: string;
}

/** Ends an import in the engine; whoever shows its progress shows the end. */
export function CancelImport({ importId, phase, name }: CancelImportProps) {
  const { t } = useText();
  const cancel = useWrite({
    send: (_nothing: undefined, options) => engine.datasets.cancelImport({ importId }, options),
    refresh: queries.datasets.key(),
  });
  return (
    <>
      {cancel.error !== null && <ProblemAlert error={cancel.error} />}
      <Button
        variant="default"
        size="xs"
        disabled={phase === 'cancelling'}
        loading={cancel.isPending}
        aria-label={name === undefined ? undefined : t('datasets.cancelImportOf', { name })}
        onClick={() => cancel.start(undefined)}
      >
        {t('datasets.cancelImport')}
      </Button>
    </>
  );
}
