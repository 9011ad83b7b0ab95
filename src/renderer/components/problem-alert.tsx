import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { inLanguage } from '../../shared/errors/catalogue.ts';
import { useText } from '../i18n/use-text.ts';
import { type Problem, toProblem } from '../rpc/problem.ts';
import { Note } from './note.ts';

type Known = Pick<Problem, 'code' | 'message' | 'hint' | 'parameters'>;

/** A problem's sentences in the person's language; what the catalogue does not know is shown as it came. */
export function useKnownProblem(problem: Known) {
  const { language } = useText();
  const { message, hint } = inLanguage({ ...problem, hint: problem.hint ?? '' }, language, 'page');
  return { message, hint: hint || null };
}

interface ProblemFrameProps {
  readonly title: string;
  readonly code: string;
  /** What there is to do, beside the code. */
  readonly action: ReactNode;
  readonly children: ReactNode;
}

/** How what went wrong looks: the sentence, how to fix it, its code. */
export function ProblemFrame({ title, code, action, children }: ProblemFrameProps) {
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden size={18} />}
      title={title}
      styles={{ message: { color: 'var(--mantine-color-text)' } }}
    >
      <Stack gap={8}>
        {children}
        <Group gap="sm">
          <Code>{code}</Code>
          {action}
        </Group>
      </Stack>
    </Alert>
  );
}

/** What went wrong, with its code, how to fix it, and a way to try again. */
export function ProblemAlert({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useText();
  const problem = toProblem(error);
  const { message, hint } = useKnownProblem(problem);
  const retry = onRetry && (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconRefresh aria-hidden size={14} />}
      onClick={onRetry}
    >
      {t('common.retry')}
    </Button>
  );
  return (
    <ProblemFrame title={message} code={problem.code} action={retry}>
      {hint && <Text size="sm">{hint}</Text>}
    </ProblemFrame>
  );
}

/** One of several problems: what is wrong, and how to fix it. */
export function ProblemText({ problem, fw = 400 }: { readonly problem: Known; readonly fw?: number }) {
  const { message, hint } = useKnownProblem(problem);
  return (
    <div style={{ overflowWrap: 'anywhere' }}>
      <Text size="sm" fw={fw}>
        {message}
      </Text>
      {hint && <Note>{hint}</Note>}
    </div>
  );
}
