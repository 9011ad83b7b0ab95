import { Group, Progress, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { RunSummary } from '../../shared/contract/runs.ts';
import { useNow } from '../format/use-now.ts';
import { useText } from '../i18n/use-text.ts';

const colors: Record<RunSummary['status'], string> = {
  pending: 'yellow',
  queued: 'yellow',
  running: 'blue',
  completed: 'green.7',
  failed: 'red',
  cancelled: 'gray',
};

/** How far a run is, as a bar. */
export function RunBar({ run, size }: { readonly run: RunSummary; readonly size: number | 'md' }) {
  const { t } = useText();
  return (
    <Progress
      value={run.progress}
      size={size}
      radius="xl"
      color={colors[run.status]}
      style={{ flex: 1, minWidth: 40 }}
      aria-label={t('runs.progress')}
    />
  );
}

/** How far a run is: a bar, and the time left or the percentage beside it. */
export function RunProgress({ run }: { readonly run: RunSummary }) {
  const { t, format } = useText();
  const isRunning = run.status === 'running' && run.etaMs !== null;
  return (
    <Group gap={8} wrap="nowrap">
      <RunBar run={run} size={6} />
      <Text component="span" size="xs" c="dimmed" className="tabular" miw={34} ta="right" truncate>
        {isRunning
          ? t('runs.left', { time: format.duration(run.etaMs ?? 0) })
          : format.percent(run.progress / 100, 0)}
      </Text>
    </Group>
  );
}

/**
 * Time spent in attempts. While the run goes on, so does this, from the engine's sum: pauses between attempts are no part of it, so that
 * no start time gives it.
 */
export function RunDuration({ run }: { readonly run: Pick<RunSummary, 'status' | 'durationMs'> }) {
  const { format } = useText();
  const { durationMs } = run;
  const isTicking = run.status === 'running' && durationMs !== null;
  const now = useNow(isTicking ? 1000 : 86_400_000);
  const known = useMemo(() => ({ durationMs, at: Date.now() }), [durationMs]);
  if (known.durationMs === null) return <span className="tabular">–</span>;
  const more = isTicking ? Math.max(0, now - known.at) : 0;
  return <span className="tabular">{format.duration(known.durationMs + more)}</span>;
}
