import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../../shared/contract/runs.ts';
import { code, DataTable, number } from '../../components/data-table.tsx';
import { Section } from '../../components/page.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';

/** Every try at a run, with what ended it. */
export function AttemptTable({ attempts }: { readonly attempts: Run['attempts'] }) {
  const { t } = useTranslation();
  const format = useFormat();
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
                {cause ?? '–'}
                {message !== null && (
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                    {message}
                  </Text>
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
