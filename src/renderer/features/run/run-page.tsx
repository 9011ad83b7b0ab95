import { Alert, Button, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChartLine,
  IconCopy,
  IconFileText,
  IconGitCompare,
  IconHistory,
  IconPackage,
  IconPhotoSearch,
  IconPlayerPlay,
  IconPlayerStop,
  IconReload,
  IconSettings,
  IconTrash,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { mainMetric, mainMetrics } from '../../../shared/model/main-metric.ts';
import { isEnded } from '../../../shared/model/run.ts';
import classes from '../../charts/chart.module.css';
import { ChartBoard } from '../../charts/chart-board.tsx';
import { runCharts } from '../../charts/run-charts.ts';
import { type Feeds, useFeeds } from '../../charts/use-feeds.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { Found } from '../../components/found.tsx';
import { DatasetLink, ProjectLink } from '../../components/links.tsx';
import { MoreMenu } from '../../components/more-menu.tsx';
import { Page } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { RunBar, RunDuration } from '../../components/run-progress.tsx';
import { metricText } from '../../components/run-table/run-table.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useMetricName } from '../../components/use-metric-name.ts';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { lateSection } from '../../late/late-part.tsx';
import { engine, queries } from '../../rpc/client.ts';
import { bestEpoch } from './best-epoch.ts';

const LogTab = lateSection(async () => (await import('./log/log-tab.tsx')).LogTab);
const ConfigTab = lateSection(async () => (await import('./config-tab.tsx')).ConfigTab);
const ArtifactsTab = lateSection(async () => (await import('./artifacts-tab.tsx')).ArtifactsTab);
const PredictTab = lateSection(async () => (await import('./viewer/predict-tab.tsx')).PredictTab);
const HistoryTab = lateSection(async () => (await import('./history-tab.tsx')).HistoryTab);

type Tab = readonly [key: string, icon: TablerIcon, content: (run: Run, feeds: Feeds) => ReactNode];

const tabs = [
  ['charts', IconChartLine, (run, feeds) => <ChartsTab run={run} feeds={feeds} />],
  ['log', IconFileText, (run) => <LogTab run={run} />],
  ['config', IconSettings, (run) => <ConfigTab run={run} />],
  ['artifacts', IconPackage, (run) => <ArtifactsTab run={run} />],
  ['predict', IconPhotoSearch, (run) => <PredictTab run={run} />],
  ['history', IconHistory, (run) => <HistoryTab run={run} />],
] as const satisfies readonly Tab[];

/** One run, live. */
export function RunPage() {
  const { runId } = useParams({ from: '/runs/$runId' });
  const query = useQuery(queries.runs.show.queryOptions({ input: { run: runId } }));
  // The lines are asked for at once, not after the run is known: a page that opens asks one round, not two.
  const feeds = useFeeds([runId], query.data ? String(isEnded(query.data.status)) : 'false');
  return (
    <Found noun="run" name={runId} query={query}>
      {(run) => (
        <Page
          title={run.name}
          under="runs"
          badge={<StatusBadge status={run.status} stopping={run.cancelRequested} />}
          actions={<RunActions run={run} />}
        >
          <RunHeader run={run} />
          <RunTabs run={run} feeds={feeds} />
        </Page>
      )}
    </Found>
  );
}

function RunTabs({ run, feeds }: { readonly run: Run; readonly feeds: Feeds }) {
  const { t } = useText();
  const navigate = useNavigate({ from: '/runs/$runId' });
  const { tab = 'charts' } = useSearch({ from: '/runs/$runId' });
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) => {
        const next = tabs.find(([one]) => one === value)?.[0];
        void navigate({ search: next && next !== 'charts' ? { tab: next } : {}, replace: true });
      }}
    >
      <Tabs.List mb="md">
        {tabs.map(([key, Icon]) => (
          <Tabs.Tab key={key} value={key} leftSection={<Icon size={16} stroke={1.7} aria-hidden />}>
            {t(`run.tabs.${key}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(([key, , content]) => (
        <Tabs.Panel key={key} value={key}>
          {key === tab && content(run, feeds)}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

const factColumns = {
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fit, minmax(min(45%, 180px), 1fr))',
  gap: '12px 20px',
  margin: 0,
};

/** How far a run is, what it trains, and why it failed. */
function RunHeader({ run }: { readonly run: Run }) {
  const { t, format } = useText();
  const metricName = useMetricName();
  const best = bestEpoch(run);
  const main = mainMetric(run.taskType, run.metricNames) ?? mainMetrics.classification;
  const bestText = best?.metric
    ? t('run.bestBy', { epoch: format.number(best.epoch), metric: metricName(best.metric) })
    : format.number(best?.epoch ?? 0);
  const epoch = `${format.number(run.currentEpoch ?? 0)} / ${format.number(run.totalEpochs ?? 0)}`;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('projects.one'), <ProjectLink key="project" project={run.project} />],
    [t('datasets.one'), <DatasetLink key="dataset" dataset={run.dataset} />],
    [
      t('runs.model'),
      <span key="model" className="mono" style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
        {run.model}
      </span>,
    ],
    [t('charts.epoch'), run.totalEpochs === null ? '–' : epoch],
    [t('runs.duration'), <RunDuration key="duration" run={run} />],
    run.status === 'running'
      ? [t('run.timeLeft'), run.etaMs === null ? '–' : format.duration(run.etaMs)]
      : [metricName(main), metricText(main, format)(run)],
    ...(best
      ? [
          [
            t('metrics.best_epoch'),
            <span key="best" style={{ whiteSpace: 'normal' }}>
              {bestText}
            </span>,
          ] as const,
        ]
      : []),
    [t('runs.created'), <TimeText key="created" time={run.createdAt} />],
  ];
  return (
    <Stack component="section" gap={14} mb={20} className="surface panel" aria-label={t('run.summary')}>
      <Group gap={10} wrap="nowrap">
        <RunBar run={run} size="md" />
        <Text component="span" size="sm" fw={600} className="tabular" w={48} ta="right">
          {format.percent(run.progress / 100, 0)}
        </Text>
      </Group>
      <dl style={factColumns}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="xs" lh={1.5} c="dimmed">
              {name}
            </Text>
            <Text component="dd" size="sm" lh={1.5} fw={550} m="1px 0 0" className="cut tabular">
              {value}
            </Text>
          </div>
        ))}
      </dl>
      {run.error !== null && (
        <Alert color="red" icon={<IconAlertTriangle size={18} aria-hidden />} title={t('run.failedBecause')}>
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {run.error}
          </Text>
        </Alert>
      )}
    </Stack>
  );
}

type Action = Run['actions'][number] | 'remove';

const icons = { cancel: IconPlayerStop, resume: IconPlayerPlay, retry: IconReload } as const;

/** What can be done with a run now; each asks first. */
function RunActions({ run }: { readonly run: Run }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(false);
  // The dialog keeps its text while it fades out.
  const [shown, setShown] = useState<Action>('cancel');
  const ask = (action: Action) => {
    setShown(action);
    setAsking(true);
  };
  return (
    <>
      {run.actions.map((action) => {
        const Icon = icons[action];
        const isStopping = action === 'cancel' && run.cancelRequested;
        return (
          <Button
            key={action}
            variant={action === 'resume' ? 'filled' : 'default'}
            leftSection={<Icon size={16} aria-hidden />}
            disabled={isStopping}
            onClick={() => ask(action)}
          >
            {isStopping ? t('status.stopping') : t(`run.actions.${action}`)}
          </Button>
        );
      })}
      <MoreMenu
        items={[
          {
            label: t('run.duplicate'),
            icon: IconCopy,
            onClick: () => void navigate({ to: '/runs/new', search: { from: run.id } }),
          },
          {
            label: t('run.compareWith'),
            icon: IconGitCompare,
            onClick: () => void navigate({ to: '/compare', search: { runs: run.id } }),
          },
          {
            label: t('run.actions.remove'),
            icon: IconTrash,
            dangerous: true,
            disabled: !isEnded(run.status),
            onClick: () => ask('remove'),
          },
        ]}
      />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t(`run.confirm.${shown}.title`)}
        text={t(
          // A script's checkpoints are its own affair: no attempt goes on from them.
          shown === 'cancel' && run.script !== null
            ? 'run.confirm.cancel.scriptText'
            : `run.confirm.${shown}.text`,
        )}
        send={(_nothing, options) => engine.runs[shown]({ run: run.id }, options)}
        onDone={() => shown === 'remove' && navigate({ to: '/runs' })}
        refresh={shown === 'remove' ? queries.runs.list.key() : queries.runs.key()}
        action={t(`run.actions.${shown}`)}
        dangerous={shown === 'cancel' || shown === 'remove'}
      />
    </>
  );
}

interface ChartsTabProps {
  readonly run: Run;
  readonly feeds: Feeds;
}

/** All metrics of a run, as they come. */
function ChartsTab({ run, feeds }: ChartsTabProps) {
  const { t } = useText();
  const label = useMetricName();
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
  const best = bestEpoch(run);
  const mark = best && { epoch: best.epoch, label: t('charts.best') };
  return <ChartBoard {...{ charts, feeds, mark }} />;
}
