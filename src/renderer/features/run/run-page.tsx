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
import type { ReactNode } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { isEnded } from '../../../shared/model/run.ts';
import { type Feeds, useFeeds } from '../../charts/use-feeds.ts';
import { Found } from '../../components/found.tsx';
import { Page } from '../../components/page.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useText } from '../../i18n/use-text.ts';
import { lateSection } from '../../late/late-part.tsx';
import { queries } from '../../rpc/client.ts';
import { ChartsTab } from './charts-tab.tsx';
import { RunActions } from './run-actions.tsx';
import { RunHeader } from './run-header.tsx';

const LogTab = lateSection(async () => (await import('./log/log-tab.tsx')).LogTab);
const ConfigTab = lateSection(async () => (await import('./config-tab.tsx')).ConfigTab);
const ArtifactsTab = lateSection(async () => (await import('./artifacts-tab.tsx')).ArtifactsTab);
const HistoryTab = lateSection(async () => (await import('./history-tab.tsx')).HistoryTab);

type Tab = readonly [key: string, icon: TablerIcon, content: (run: Run, feeds: Feeds) => ReactNode];

const tabs = [
  ['charts', IconChartLine, (run, feeds) => <ChartsTab run={run} feeds={feeds} />],
  ['log', IconFileText, (run) => <LogTab run={run} />],
  ['config', IconSettings, (run) => <ConfigTab run={run} />],
  ['artifacts', IconPackage, (run) => <ArtifactsTab run={run} />],
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
