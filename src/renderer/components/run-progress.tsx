import { Group, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { useFormat } from '../format/use-format.ts';
import { statusColor } from './status-color.ts';

/** How far a run is: a bar, and the time left or the percentage beside it. */
export function RunProgress({ run }: { readonly run: RunSummary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const left =
    run.status === 'running' && run.etaMs !== null
      ? t('runs.left', { time: format.duration(run.etaMs) })
      : null;
  return (
    <Group gap={8} wrap="nowrap">
      <Progress
        value={run.progress}
        size={6}
        radius="xl"
        color={statusColor(run.status)}
        style={{ flex: 1, minWidth: 40 }}
        aria-label={t('runs.progress')}
      />
      <Text component="span" size="xs" c="dimmed" className="tabular" miw={34} ta="right" truncate>
        {left ?? format.percent(run.progress / 100, 0)}
      </Text>
    </Group>
  );
}
