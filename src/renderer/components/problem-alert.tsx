import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../rpc/problem.ts';
import { useKnownProblem } from './use-known-problem.ts';

interface ProblemAlertProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** What went wrong, with its code, how to fix it, and a way to try again. */
export function ProblemAlert({ error, onRetry }: ProblemAlertProps) {
  const { t } = useTranslation();
  const problem = useKnownProblem(toProblem(error));
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden size={18} />}
      title={problem.message}
    >
      {problem.hint && <Text size="sm">{problem.hint}</Text>}
      {problem.original && (
        <Text size="xs" c="dimmed" mt={4}>
          {problem.original}
        </Text>
      )}
      <Group gap="sm" mt="xs">
        <Code>{problem.code}</Code>
        {onRetry && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh aria-hidden size={14} />}
            onClick={onRetry}
          >
            {t('common.retry')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
