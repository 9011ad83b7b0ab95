import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Validation } from '../../shared/contract/datasets.ts';
import { useKnownProblem } from './use-known-problem.ts';

type Problem = Validation['warnings'][number];

/** What would train badly on a dataset's version; nothing where all is well. */
export function TrainingRisks({ risks }: { readonly risks: readonly Problem[] }) {
  const { t } = useTranslation();
  if (risks.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('datasets.risks', { count: risks.length })}
    >
      <Stack gap="sm">
        {risks.map((risk) => (
          <Risk key={risk.code} risk={risk} />
        ))}
      </Stack>
    </Alert>
  );
}

function Risk({ risk }: { readonly risk: Problem }) {
  const { message, hint, original } = useKnownProblem(risk);
  return (
    <div>
      <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
        {message}
      </Text>
      {original && (
        <Text size="xs" style={{ overflowWrap: 'anywhere' }}>
          {original}
        </Text>
      )}
      {hint && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
    </div>
  );
}
