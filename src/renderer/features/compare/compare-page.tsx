import { Button, CopyButton, MultiSelect, Stack } from '@mantine/core';
import { IconCheck, IconGitCompare, IconLink, IconMapOff } from '@tabler/icons-react';
import { keepPreviousData, skipToken, useQueries, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { metricOf } from '../../../shared/model/metric-values.ts';
import { isEnded, mostCompared } from '../../../shared/model/run.ts';
import { ChartBoard } from '../../charts/chart-board.tsx';
import { colorAt } from '../../charts/palette.ts';
import { comparedCharts } from '../../charts/run-charts.ts';
import { useFeeds } from '../../charts/use-feeds.ts';
import { useSearchText } from '../../components/cards-page.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { LinkButton } from '../../components/links.tsx';
import { Note } from '../../components/note.ts';
import { Page, PageSkeleton, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useMetricName } from '../../components/use-metric-name.ts';
import { formatMetricValue } from '../../format/formatter.ts';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { namesNothing } from '../../rpc/problem.ts';
import classes from './compare-page.module.css';
import { bestOf, type Comparison } from './comparison.ts';

/** Runs side by side: what is different in them, and what came of it. */
export function ComparePage() {
  const { t } = useText();
  const { runs } = useSearch({ from: '/compare' });
  const ids = runs?.split(',') ?? [];
  const enough = ids.length >= 2;
  const comparison = useQuery(
    queries.runs.compare.queryOptions({
      input: enough ? { runs: ids.join(',') } : skipToken,
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <Page
      title={t('nav.compare')}
      subtitle={t('compare.subtitle')}
      actions={
        enough && (
          <CopyButton value={window.location.href}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={
                  copied ? <IconCheck size={16} aria-hidden /> : <IconLink size={16} aria-hidden />
                }
                onClick={copy}
              >
                {t(copied ? 'common.copied' : 'compare.share')}
              </Button>
            )}
          </CopyButton>
        )
      }
    >
      <Stack gap="lg">
        <Picker ids={ids} known={comparison.data?.runs ?? []} />
        {!enough && (
          <EmptyState
            icon={IconGitCompare}
            title={t('compare.none')}
            hint={t('compare.noneHint')}
            action={
              <LinkButton to="/runs" variant="default">
                {t('gone.run.back')}
              </LinkButton>
            }
          />
        )}
        {comparison.error && namesNothing(comparison.error) && <MissingRuns ids={ids} />}
        {comparison.error && !namesNothing(comparison.error) && (
          <ProblemAlert error={comparison.error} onRetry={() => void comparison.refetch()} />
        )}
        {enough && comparison.isPending && <PageSkeleton />}
        {enough && comparison.data && !comparison.error && <Compared comparison={comparison.data} />}
      </Stack>
    </Page>
  );
}

/** Names the runs that are not there, and compares the others when asked. */
function MissingRuns({ ids }: { readonly ids: readonly string[] }) {
  const { t } = useText();
  const shown = useQueries({
    queries: ids.map((id) => queries.runs.show.queryOptions({ input: { run: id } })),
  });
  const missing = ids.filter((_id, index) => namesNothing(shown[index]?.error));
  const others = ids.filter((id) => !missing.includes(id));
  if (missing.length === 0) return <PageSkeleton />;
  return (
    <EmptyState
      icon={IconMapOff}
      title={t('gone.run.title')}
      hint={t('gone.hint', { name: missing.join(', ') })}
      action={
        <LinkButton
          to="/compare"
          search={others.length > 0 ? { runs: others.join(',') } : {}}
          replace
          variant="default"
        >
          {t('compare.without')}
        </LinkButton>
      }
    />
  );
}

function Picker({ ids, known }: { readonly ids: readonly string[]; readonly known: Comparison['runs'] }) {
  const { t } = useText();
  const navigate = useNavigate();
  const { typed, setTyped, search } = useSearchText();
  const offered = useQuery(
    queries.runs.list.queryOptions({
      input: { limit: 50, ...(search !== '' && { search }) },
      placeholderData: keepPreviousData,
    }),
  );
  const names = new Map([...known, ...(offered.data?.runs ?? [])].map((run) => [run.id, run.name]));
  const options = [...new Set([...ids, ...names.keys()])].map((id) => ({
    value: id,
    label: names.get(id) ?? id.slice(0, 8),
  }));
  return (
    <MultiSelect
      label={t('nav.runs')}
      placeholder={ids.length < mostCompared ? t('compare.add') : undefined}
      searchable
      clearable
      maxValues={mostCompared}
      data={options}
      value={[...ids]}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={t('common.noMatch')}
      onChange={(next) =>
        void navigate({
          to: '/compare',
          search: next.length > 0 ? { runs: next.join(',') } : {},
          replace: true,
        })
      }
    />
  );
}

function Compared({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useText();
  const label = useMetricName();
  const { runs } = comparison;
  const activity = runs.map((run) => isEnded(run.status)).join();
  const feeds = useFeeds(
    runs.map((run) => run.id),
    activity,
  );
  const names = useMemo(() => runs.map((run) => run.name), [runs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when the feeds' lines changed
  const charts = useMemo(
    () => comparedCharts(feeds.feeds, names, label, (number) => t('run.attempt', { number })),
    [feeds.feeds, feeds.shape, names, label, t],
  );
  return (
    <Stack gap="xl">
      <ComparisonTables comparison={comparison} />
      <Section title={t('run.tabs.charts')}>
        {feeds.error ? (
          <ProblemAlert error={feeds.error} onRetry={feeds.retry} />
        ) : (
          <ChartBoard charts={charts} feeds={feeds} />
        )}
      </Section>
    </Stack>
  );
}

function show(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Final metrics, and the config's fields that are not the same in all runs. */
function ComparisonTables({ comparison }: { readonly comparison: Comparison }) {
  const { t, format } = useText();
  const label = useMetricName();
  const { runs, differences, metricNames } = comparison;
  const metrics = metricNames
    .map((name) => ({ name, values: runs.map((run) => metricOf(run.finalMetrics, name)) }))
    .filter(({ values }) => values.some((value) => value !== undefined));
  return (
    <>
      <Section title={t('compare.metrics')}>
        <Sheet
          runs={runs}
          first={t('compare.metric')}
          rows={[
            [
              t('runs.status'),
              (index) => {
                const run = runs[index];
                return run && <StatusBadge status={run.status} stopping={run.cancelRequested} />;
              },
            ],
            ...metrics.map(({ name, values }): SheetRow => {
              const best = bestOf(name, values);
              return [
                label(name),
                (index) => {
                  const value = values[index];
                  const text = value === undefined ? '–' : formatMetricValue(format, name, value);
                  return <span data-best={best.has(index) || undefined}>{text}</span>;
                },
              ];
            }),
          ]}
        />
      </Section>
      <Section title={t('compare.differences')}>
        <Sheet
          mono
          runs={runs}
          first={t('compare.field')}
          rows={differences.map(({ field, values }) => [field, (index) => show(values[index])])}
        />
        {differences.length === 0 && <Note mt="xs">{t('compare.same')}</Note>}
      </Section>
    </>
  );
}

type SheetRow = readonly [name: string, cell: (index: number) => ReactNode];

interface SheetProps {
  readonly runs: Comparison['runs'];
  readonly first: string;
  readonly rows: readonly SheetRow[];
  readonly mono?: boolean;
}

/** A column for each run. */
function Sheet({ runs, first, rows, mono = false }: SheetProps) {
  const look = { className: mono ? 'mono' : 'tabular' };
  return (
    <DataTable
      named
      minWidth={560}
      className={classes.table}
      rows={rows}
      rowKey={([name]) => name}
      columns={[
        [first, ([name]) => name, mono ? look : {}],
        ...runs.map(
          (run, index) =>
            [
              <Link
                key={run.id}
                to="/runs/$runId"
                params={{ runId: run.id }}
                className={`plain-link ${classes.run}`}
              >
                <span className="dot" style={{ background: colorAt(index) }} aria-hidden="true" />
                {run.name}
              </Link>,
              ([, cell]: SheetRow) => cell(index),
              look,
            ] as const,
        ),
      ]}
    />
  );
}
