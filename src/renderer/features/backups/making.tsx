import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconRefresh } from '@tabler/icons-react';
import type { BackupOperation } from '../../../shared/contract/backups.ts';
import { Facts } from '../../components/facts.tsx';
import { Note } from '../../components/note.ts';
import { ProblemFrame, useKnownProblem } from '../../components/problem-alert.tsx';
import { Elapsed, TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import type { useOperation } from './use-operation.ts';

interface MakingProps {
  readonly followed: ReturnType<typeof useOperation>;
  /** Asks for another snapshot. */
  readonly onMake: () => void;
}

/** What is being done with snapshots, and how the last of it ended where a person should know. */
export function Making({ followed: { operation, seen, interrupted }, onMake }: MakingProps) {
  const { t } = useText();
  return (
    <>
      {operation?.status === 'running' && <Underway operation={operation} />}
      {operation?.error && <Failure operation={operation} error={operation.error} onMake={onMake} />}
      {/* It is there before its text is: a screen reader reads what comes into it. */}
      <div role="status">
        {operation?.status === 'done' && seen && <Done operation={operation} />}
        {interrupted && (
          <Alert
            color="yellow"
            icon={<IconAlertTriangle size={18} aria-hidden />}
            title={t('backups.interrupted')}
          >
            {t('backups.interruptedHint')}
          </Alert>
        )}
      </div>
    </>
  );
}

/** What is done now, and how much of it; nobody knows how much there will be. */
function Underway({ operation: { kind, part, done, startedAt } }: { readonly operation: BackupOperation }) {
  const { t, format } = useText();
  const doing = t(`backups.doing.${kind}`);
  const counted = part === 'servers' || part === 'checks' || part === 'switch' ? null : part;
  return (
    <div className="surface panel">
      <Group justify="space-between" gap="4px 12px" mb={8}>
        {/* The count changes too often to be read aloud. */}
        <Text size="sm" fw={550} role="status">
          {doing}: {t(`backups.parts.${part}`)}
        </Text>
        <Note className="tabular" component="div">
          {done > 0 && counted && (
            <>
              {t(`backups.counts.${counted}`, { count: done, formatted: format.number(done) })}
              {' · '}
            </>
          )}
          <Elapsed since={startedAt} least={1000} />
        </Note>
      </Group>
      <Progress value={100} animated aria-label={doing} />
    </div>
  );
}

/** How it ended; of a drill what was found, of a restore what was left out. */
function Done({ operation: { kind, drill, leftOut } }: { readonly operation: BackupOperation }) {
  const { t, language } = useText();
  const isWell = drill === null || drill.ok;
  return (
    <Alert
      color={isWell ? 'green' : 'red'}
      icon={isWell ? <IconCircleCheck size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
      title={isWell ? t(`backups.done.${kind}`) : t('backups.notWorking')}
    >
      {drill && (
        <Facts
          facts={drill.checks.map(({ check, ok, detail }) => [
            `${ok ? '✓' : '✗'} ${t(`backups.checks.${check}`)}`,
            detail,
          ])}
        />
      )}
      {leftOut.map((what) => (
        <Text key={what.en} size="sm">
          {t('backups.leftOut', { what: what[language] })}
        </Text>
      ))}
    </Alert>
  );
}

interface FailureProps {
  readonly operation: BackupOperation;
  readonly error: NonNullable<BackupOperation['error']>;
  readonly onMake: () => void;
}

function Failure({ operation, error, onMake }: FailureProps) {
  const { t } = useText();
  const { message, hint } = useKnownProblem(error);
  return (
    <ProblemFrame
      title={message}
      code={error.code}
      action={
        <>
          {operation.kind === 'create' && (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconRefresh aria-hidden size={14} />}
              onClick={onMake}
            >
              {t('common.retry')}
            </Button>
          )}
          <Note component="span" size="xs">
            {t(`backups.doing.${operation.kind}`)} · <TimeText time={operation.startedAt} />
          </Note>
        </>
      }
    >
      <Stack gap={4}>{hint && <Text size="sm">{hint}</Text>}</Stack>
    </ProblemFrame>
  );
}
