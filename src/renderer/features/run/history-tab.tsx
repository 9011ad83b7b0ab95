import { Skeleton, Stack, Text, Timeline } from '@mantine/core';
import { useState } from 'react';
import type { RunEvent } from '../../../shared/contract/run-readings.ts';
import type { Run } from '../../../shared/contract/runs.ts';
import { wordsOfStatus } from '../../../shared/format/status.ts';
import { attemptStatuses, isEnded, runStatuses } from '../../../shared/model/run.ts';
import { code, DataTable, number } from '../../components/data-table.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine } from '../../rpc/client.ts';
import { useWhileShown } from '../../rpc/use-while-shown.ts';

const shownTypes = ['state', 'attempt', 'result'] as const;
/** What an engine that does not know `types` would send of a long run is not worth reading to its end. */
const most = 50_000;

/** A run's changes of state, in order, growing while it lives; read again when a run that was over goes on. */
function useHistory({ id: run, status }: Run) {
  const [events, setEvents] = useState<readonly RunEvent[]>([]);
  const error = useWhileShown(
    async (signal) => {
      let found: readonly RunEvent[] = [];
      let [after, seen] = [0, 0];
      while (seen < most) {
        const answer = await engine.runs.events(
          { run, after, limit: 1000, types: shownTypes.join(), waitMs: 25_000 },
          { signal },
        );
        found = [...found, ...answer.events.filter(({ type }) => shownTypes.some((one) => one === type))];
        setEvents(found);
        if (answer.ended) return;
        seen += answer.events.length;
        after = answer.next;
      }
    },
    [run, isEnded(status)],
  );
  return { events, error };
}

/** How a run came to be what it is: its attempts, and every change of state. */
export function HistoryTab({ run }: { readonly run: Run }) {
  const { t } = useText();
  const { events, error } = useHistory(run);
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
  const { t, format, language } = useText();
  const { data } = event;
  const to = textOf(data, 'to') ?? textOf(data, 'status');
  const status = [...runStatuses, ...attemptStatuses].find((one) => one === to);
  const exitCode = textOf(data, 'exitCode');
  const signal = textOf(data, 'exitSignal') ?? textOf(data, 'signal');
  const cause = textOf(data, 'cause');
  const notes = [
    cause && wordsOfStatus(cause)[language],
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
      <Note size="xs" className="tabular">
        <time dateTime={event.time}>{format.dateTime(event.time)}</time> · #{event.seq}
      </Note>
    </Timeline.Item>
  );
}

/** Every try at a run, with what ended it. */
function AttemptTable({ attempts }: { readonly attempts: Run['attempts'] }) {
  const { t, format, language } = useText();
  if (attempts.length === 0) return null;
  return (
    <Section title={t('history.attempts')}>
      <DataTable
        minWidth={820}
        top
        rows={attempts}
        rowKey={({ id }) => id}
        columns={[
          ['#', ({ attempt }) => attempt, { w: 50, className: 'tabular' }],
          [t('runs.status'), ({ status }) => <StatusBadge status={status} />],
          [
            t('history.cause'),
            ({ cause, message }) => (
              <>
                {cause === null ? '–' : wordsOfStatus(cause)[language]}
                {message !== null && (
                  <Note size="xs" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                    {message}
                  </Note>
                )}
              </>
            ),
            { maw: 320 },
          ],
          [t('history.exit'), ({ exitSignal, exitCode }) => exitSignal ?? exitCode ?? '–', code],
          [
            t('history.startedFrom'),
            ({ resumedFrom: from }) =>
              from
                ? t('history.checkpoint', {
                    attempt: from.attempt,
                    epoch: format.number(from.epoch),
                    step: format.number(from.step),
                  })
                : t('history.scratch'),
          ],
          [
            t('runs.duration'),
            ({ startedAt, endedAt }) =>
              startedAt && endedAt ? format.duration(Date.parse(endedAt) - Date.parse(startedAt)) : '–',
            number,
          ],
          [t('history.process'), ({ processId }) => processId ?? '–', { ...code, ta: 'right' }],
          [t('system.started'), ({ startedAt, createdAt }) => <TimeText time={startedAt ?? createdAt} />],
        ]}
      />
    </Section>
  );
}
