import { Alert, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Validation } from '../../shared/contract/datasets.ts';
import { useText } from '../i18n/use-text.ts';
import { ProblemText } from './problem-alert.tsx';

/** What would train badly on a dataset's version; nothing where all is well. */
export function TrainingRisks({ risks }: { readonly risks: Validation['warnings'] }) {
  const { t } = useText();
  if (risks.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('datasets.risks', { count: risks.length })}
    >
      <Stack gap="sm">
        {risks.map((risk) => (
          <ProblemText key={risk.code} problem={risk} fw={550} />
        ))}
      </Stack>
    </Alert>
  );
}
