import { VisuallyHidden } from '@mantine/core';
import type { Dataset } from '../../shared/contract/datasets.ts';
import type { Weights } from '../../shared/contract/weights.ts';
import type { AttemptStatus, RunStatus } from '../../shared/model/run.ts';
import type { ServiceStatus, StackStatus } from '../../shared/model/stack.ts';
import { useText } from '../i18n/use-text.ts';
import classes from './status-badge.module.css';

/** A status in a word with a dot, never a colour alone. `look` names the colour. */
function Badge({ look, word }: { readonly look: string; readonly word: string }) {
  return (
    <span className={`${classes.status} ${classes.badge}`} data-status={look}>
      <span className={`dot ${classes.dot}`} aria-hidden="true" />
      {word}
    </span>
  );
}

interface StatusBadgeProps {
  readonly status: RunStatus | AttemptStatus;
  /** A cancel was asked for and is not done yet. */
  readonly stopping?: boolean;
}

/** A run's or an attempt's status. */
export function StatusBadge({ status, stopping = false }: StatusBadgeProps) {
  const { t } = useText();
  const shown = stopping && (status === 'running' || status === 'queued') ? 'stopping' : status;
  return <Badge look={shown} word={t(`status.${shown}`)} />;
}

const datasetLooks = { processing: 'running', ready: 'completed', error: 'failed', archived: 'cancelled' };

export function DatasetStatus({ status }: { readonly status: Dataset['status'] }) {
  const { t } = useText();
  return <Badge look={datasetLooks[status]} word={t(`datasets.status.${status}`)} />;
}

const weightsLooks = { storing: 'running', ready: 'completed', failed: 'failed', removing: 'stopping' };

export function WeightsStatus({ status }: { readonly status: Weights['status'] }) {
  const { t } = useText();
  return <Badge look={weightsLooks[status]} word={t(`weights.status.${status}`)} />;
}

/** Those of the stack and its services that no run has; the others look as they are called. */
const stackLooks: Partial<Record<StackStatus | ServiceStatus, string>> = {
  running: 'completed',
  healthy: 'completed',
  degraded: 'stopping',
  unhealthy: 'stopping',
};

/** The stack's status as a dot; its word for those who point at it or do not see it. */
export function StackDot({ status }: { readonly status: StackStatus }) {
  const { t } = useText();
  const word = t(`stack.status.${status}`);
  return (
    <span className={classes.status} data-status={stackLooks[status] ?? status} title={word}>
      <span className={`dot ${classes.dot}`} style={{ display: 'block' }} />
      <VisuallyHidden>{word}</VisuallyHidden>
    </span>
  );
}

/** The stack's status, or a service's. */
export function StackBadge({ status }: { readonly status: StackStatus | ServiceStatus }) {
  const { t } = useText();
  return <Badge look={stackLooks[status] ?? status} word={t(`stack.status.${status}`)} />;
}
