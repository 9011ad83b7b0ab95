import { Skeleton, Stack, Text, Timeline } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RunEvent } from '../../../shared/contract/run-readings.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { attemptStatuses, isEnded, runStatuses } from '../../../shared/model/run.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useFormat } from '../../format/use-format.ts';
import { AttemptTable } from './attempt-table.tsx';
import { useHistory } from './use-history.ts';

/** How a run came to be what it is: its attempts, and every change of state. */
export function HistoryTab({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const { events, error } = useHistory(run.id, String(isEnded(run.status)));
  return (
    <Stack gap="xl">
      <AttemptTable attempts={run.attempts} />
      <Section title={t('history.states')} mb="md">
        {error !== null && <ProblemAlert error={error} />}
        {events.length === 0 && error === null && <Skeleton height={120} radius="md" />}
        <Timeline bulletSize={14} lineWidth={2}>
          {events.map((event) => (
            <Entry key={event.seq} event={event} />
          ))}
        </Timeline>
      </Section>
    </Stack>
  );
}

function textOf(data: RunEvent['data'], name: string): string | null {
  const value = data[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

function Entry({ event }: { readonly event: RunEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = event;
  const to = textOf(data, 'to') ?? textOf(data, 'status');
  const status = [...runStatuses, ...attemptStatuses].find((one) => one === to);
  const exitCode = textOf(data, 'exitCode');
  const signal = textOf(data, 'exitSignal') ?? textOf(data, 'signal');
  const notes = [
    textOf(data, 'cause'),
    exitCode === null ? null : t('history.exitCode', { code: exitCode }),
    signal,
    textOf(data, 'message'),
  ].filter((note) => note !== null);
  const subject =
    event.type === 'state'
      ? t('runs.one')
      : event.type === 'result'
        ? t('history.trainer')
        : t('run.attempt', { number: event.attempt ?? 0 });
  return (
    <Timeline.Item
      title={
        <span style={{ display: 'inline-flex', gap: 10, alignItems: 'center' }}>
          <Text component="span" size="sm" fw={550}>
            {subject}
          </Text>
          {status && <StatusBadge status={status} />}
        </span>
      }
    >
      {notes.length > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {notes.join(' · ')}
        </Text>
      )}
      <Text size="xs" c="dimmed" className="tabular">
        <time dateTime={event.time}>{format.dateTime(event.time)}</time> · #{event.seq}
      </Text>
    </Timeline.Item>
  );
}
