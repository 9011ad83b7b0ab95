import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Run } from '../../../shared/contract/runs.ts';
import { DatasetLink, ProjectLink } from '../../components/links.tsx';
import { RunBar, RunDuration } from '../../components/run-progress.tsx';
import { metricText } from '../../components/run-table/run-columns.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import classes from './run-header.module.css';

/** How far a run is, what it trains, and why it failed. */
export function RunHeader({ run }: { readonly run: Run }) {
  const { t, format } = useText();
  const epoch = `${format.number(run.currentEpoch ?? 0)} / ${format.number(run.totalEpochs ?? 0)}`;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('projects.one'), <ProjectLink key="project" project={run.project} />],
    [t('datasets.one'), <DatasetLink key="dataset" dataset={run.dataset} />],
    [
      t('runs.model'),
      <span key="model" className="mono">
        {run.model}
      </span>,
    ],
    [t('charts.epoch'), run.totalEpochs === null ? '–' : epoch],
    [t('runs.duration'), <RunDuration key="duration" run={run} />],
    run.status === 'running'
      ? [t('run.timeLeft'), run.etaMs === null ? '–' : format.duration(run.etaMs)]
      : [t('metrics.val_accuracy'), metricText('val_accuracy', format)(run)],
    [t('runs.created'), <TimeText key="created" time={run.createdAt} />],
  ];
  return (
    <section className={`surface panel ${classes.header}`} aria-label={t('run.summary')}>
      <div className={classes.progress}>
        <RunBar run={run} size="md" />
        <Text component="span" size="sm" fw={600} className="tabular" ta="right">
          {format.percent(run.progress / 100, 0)}
        </Text>
      </div>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd className="cut tabular">{value}</dd>
          </div>
        ))}
      </dl>
      {run.error !== null && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={t('run.failedBecause')}
        >
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {run.error}
          </Text>
        </Alert>
      )}
    </section>
  );
}
