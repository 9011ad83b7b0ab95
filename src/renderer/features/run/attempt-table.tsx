import { Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../../shared/contract/runs.ts';
import { StatusBadge } from '../../components/status-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';

/** Every try at a run, with what ended it. */
export function AttemptTable({ attempts }: { readonly attempts: Run['attempts'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (attempts.length === 0) return null;
  return (
    <section aria-labelledby="attempts">
      <Title order={2} size={16} mb="sm" id="attempts">
        {t('history.attempts')}
      </Title>
      <div className="surface" style={{ overflowX: 'auto' }}>
        <Table fz="sm" miw={820}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={50}>#</Table.Th>
              <Table.Th>{t('runs.status')}</Table.Th>
              <Table.Th>{t('history.cause')}</Table.Th>
              <Table.Th>{t('history.exit')}</Table.Th>
              <Table.Th>{t('history.startedFrom')}</Table.Th>
              <Table.Th ta="right">{t('runs.duration')}</Table.Th>
              <Table.Th ta="right">{t('history.process')}</Table.Th>
              <Table.Th>{t('history.started')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {attempts.map((one) => (
              <Table.Tr key={one.id} style={{ verticalAlign: 'top' }}>
                <Table.Td className="tabular">{one.attempt}</Table.Td>
                <Table.Td>
                  <StatusBadge status={one.status} />
                </Table.Td>
                <Table.Td maw={320}>
                  {one.cause ?? '–'}
                  {one.message !== null && (
                    <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
                      {one.message}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td className="mono">{one.exitSignal ?? one.exitCode ?? '–'}</Table.Td>
                <Table.Td>
                  {one.resumedFrom
                    ? t('history.checkpoint', {
                        attempt: one.resumedFrom.attempt,
                        epoch: format.number(one.resumedFrom.epoch),
                        step: format.number(one.resumedFrom.step),
                      })
                    : t('history.scratch')}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {one.startedAt && one.endedAt
                    ? format.duration(Date.parse(one.endedAt) - Date.parse(one.startedAt))
                    : '–'}
                </Table.Td>
                <Table.Td ta="right" className="mono">
                  {one.processId ?? '–'}
                </Table.Td>
                <Table.Td>
                  <TimeText time={one.startedAt ?? one.createdAt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
