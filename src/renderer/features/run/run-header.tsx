import { Alert, Progress, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Run } from '../../../shared/contract/runs.ts';
import { RunDuration } from '../../components/run-duration.tsx';
import { statusColor } from '../../components/status-color.ts';
import { TimeText } from '../../components/time-text.tsx';
import { formatMetricValue } from '../../format/formatter.ts';
import { useFormat } from '../../format/use-format.ts';
import classes from './run-header.module.css';

/** How far a run is, what it trains, and why it failed. */
export function RunHeader({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const format = useFormat();
  const running = run.status === 'running';
  const accuracy = run.finalMetrics?.val_accuracy;
  const epoch =
    run.totalEpochs === null
      ? '–'
      : `${format.number(run.currentEpoch ?? 0)} / ${format.number(run.totalEpochs)}`;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      t('runs.project'),
      <Link
        key="project"
        to="/projects/$projectId"
        params={{ projectId: run.project.id }}
        className="plain-link"
      >
        {run.project.name}
      </Link>,
    ],
    [
      t('runs.dataset'),
      run.dataset ? (
        <Link
          key="dataset"
          to="/datasets/$datasetId"
          params={{ datasetId: run.dataset.id }}
          search={{ version: run.dataset.version }}
          className="plain-link"
        >
          {run.dataset.name} v{run.dataset.version}
        </Link>
      ) : (
        '–'
      ),
    ],
    [
      t('runs.model'),
      <span key="model" className="mono">
        {run.model}
      </span>,
    ],
    [t('run.epoch'), epoch],
    [t('runs.duration'), <RunDuration key="duration" run={run} />],
    running
      ? [t('run.timeLeft'), run.etaMs === null ? '–' : format.duration(run.etaMs)]
      : [
          t('metrics.val_accuracy'),
          typeof accuracy === 'number'
            ? format.percent(accuracy, 2)
            : accuracy === undefined
              ? '–'
              : formatMetricValue(format, accuracy),
        ],
    [t('runs.created'), <TimeText key="created" time={run.createdAt} />],
  ];
  return (
    <section className={`surface ${classes.header}`} aria-label={t('run.summary')}>
      <div className={classes.progress}>
        <Progress
          value={run.progress}
          size="md"
          radius="xl"
          color={statusColor(run.status)}
          aria-label={t('runs.progress')}
        />
        <Text component="span" size="sm" fw={600} className="tabular" ta="right">
          {format.percent(run.progress / 100, 0)}
        </Text>
      </div>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
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
