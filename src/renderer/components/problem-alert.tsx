import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Problem, toProblem } from '../rpc/problem.ts';
import { useKnownProblem } from './use-known-problem.ts';

/** What went wrong, with its code, how to fix it, and a way to try again. */
export function ProblemAlert({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
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

interface ProblemTextProps {
  readonly problem: Pick<Problem, 'code' | 'message' | 'hint' | 'parameters'>;
  readonly fw?: number;
}

/** One of several problems: what is wrong, and how to fix it. */
export function ProblemText({ problem, fw = 400 }: ProblemTextProps) {
  const { message, hint } = useKnownProblem(problem);
  return (
    <div style={{ overflowWrap: 'anywhere' }}>
      <Text size="sm" fw={fw}>
        {message}
      </Text>
      {hint && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
    </div>
  );
}
