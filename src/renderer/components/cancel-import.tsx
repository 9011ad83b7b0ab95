import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../shared/contract/datasets.ts';
import { engine, queries } from '../rpc/client.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { useWrite } from './use-write.ts';

interface CancelImportProps {
  readonly importId: string;
  readonly phase: NonNullable<Dataset['import']>['phase'];
  /** The dataset, where others stand beside it. */
  readonly name?: string;
}

/** Ends an import in the engine; whoever shows its progress shows the end. */
export function CancelImport({ importId, phase, name }: CancelImportProps) {
  const { t } = useTranslation();
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
