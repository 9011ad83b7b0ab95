import { Skeleton } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import classes from '../../charts/chart-board.module.css';
import { ChartBoard } from '../../charts/chart-board.tsx';
import { runCharts } from '../../charts/run-charts.ts';
import type { Feeds } from '../../charts/use-feeds.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useMetricLabel } from '../../components/use-metric-label.ts';
import { useText } from '../../i18n/use-text.ts';

interface ChartsTabProps {
  readonly run: Run;
  readonly feeds: Feeds;
}

/** All metrics of a run, as they come. */
export function ChartsTab({ run, feeds }: ChartsTabProps) {
  const { t } = useText();
  const label = useMetricLabel();
  const [feed] = feeds.feeds;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when the feed's lines changed
  const charts = useMemo(
    () => (feed ? runCharts(feed, label, (number) => t('run.attempt', { number })) : []),
    [feed, feeds.shape, label, t],
  );
  if (feeds.error) return <ProblemAlert error={feeds.error} onRetry={feeds.retry} />;
  if (!feed?.base) {
    return (
      <div className={classes.grid}>
        {[1, 2, 3, 4].map((key) => (
          <Skeleton key={key} height={320} radius="md" />
        ))}
      </div>
    );
  }
  if (charts.length === 0) {
    return (
      <EmptyState
        icon={IconChartLine}
        title={t('charts.none')}
        hint={isEnded(run.status) ? t('charts.noneEnded') : t('charts.noneYet')}
      />
    );
  }
  return <ChartBoard charts={charts} feeds={feeds} />;
}
