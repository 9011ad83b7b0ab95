import { Tabs } from '@mantine/core';
import {
  IconChartLine,
  IconFileText,
  IconHistory,
  IconPackage,
  IconSettings,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { useFeeds } from '../../charts/use-feeds.ts';
import { GonePage } from '../../components/gone.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { lateSection } from '../../late/late-part.tsx';
import { queries } from '../../rpc/client.ts';
import { namesNothing } from '../../rpc/problem.ts';
import { ChartsTab } from './charts-tab.tsx';
import { RunActions } from './run-actions.tsx';
import { RunHeader } from './run-header.tsx';

const LogTab = lateSection(async () => (await import('./log-tab.tsx')).LogTab);
const ConfigTab = lateSection(async () => (await import('./config-tab.tsx')).ConfigTab);
const ArtifactsTab = lateSection(async () => (await import('./artifacts-tab.tsx')).ArtifactsTab);
const HistoryTab = lateSection(async () => (await import('./history-tab.tsx')).HistoryTab);

const tabs = [
  ['charts', IconChartLine],
  ['log', IconFileText],
  ['config', IconSettings],
  ['artifacts', IconPackage],
  ['history', IconHistory],
] as const satisfies readonly (readonly [string, TablerIcon])[];

/** One run, live. */
export function RunPage() {
  const { t } = useTranslation();
  const { runId } = useParams({ from: '/runs/$runId' });
  const run = useQuery(queries.runs.show.queryOptions({ input: { run: runId } }));
  // The lines are asked for at once, not after the run is known: a page that opens asks one round, not two.
  const feeds = useFeeds([runId], run.data ? String(isEnded(run.data.status)) : 'false');
  const crumbs = [{ label: t('nav.runs'), to: '/runs' }];
  if (run.isPending) return <PageSkeleton />;
  if (run.error && namesNothing(run.error)) return <GonePage noun="run" name={runId} />;
  if (run.error) {
    return (
      <Page title={t('runs.one')} crumbs={crumbs}>
        <ProblemAlert error={run.error} onRetry={() => void run.refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={run.data.name}
      crumbs={crumbs}
      badge={<StatusBadge status={run.data.status} stopping={run.data.cancelRequested} />}
      actions={<RunActions run={run.data} />}
    >
      <RunHeader run={run.data} />
      <RunTabs run={run.data} feeds={feeds} />
    </Page>
  );
}

function RunTabs({ run, feeds }: { readonly run: Run; readonly feeds: ReturnType<typeof useFeeds> }) {
  const { t } = useTranslation();
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
      <Tabs.Panel value="charts">
        <ChartsTab run={run} feeds={feeds} />
      </Tabs.Panel>
      <Tabs.Panel value="log">
        <LogTab run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="config">
        <ConfigTab run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="artifacts">
        <ArtifactsTab run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <HistoryTab run={run} />
      </Tabs.Panel>
    </Tabs>
  );
}
