import { useTranslation } from 'react-i18next';
import type { ServiceStatus, StackStatus } from '../../../shared/model/stack.ts';
import classes from '../status-badge.module.css';

const stackLooks = {
  absent: 'absent',
  stopped: 'stopped',
  starting: 'starting',
  running: 'completed',
  degraded: 'stopping',
  stopping: 'stopping',
  failed: 'failed',
} as const satisfies Record<StackStatus, string>;

const serviceLooks = {
  absent: 'absent',
  stopped: 'stopped',
  starting: 'starting',
  healthy: 'completed',
  unhealthy: 'stopping',
  failed: 'failed',
} as const satisfies Record<ServiceStatus, string>;

function Badge({ look, word }: { readonly look: string; readonly word: string }) {
  return (
    <span className={classes.badge} data-status={look}>
      <span className={classes.dot} aria-hidden="true" />
      {word}
    </span>
  );
}

/** The stack's status as a word with a dot. */
export function StackBadge({ status }: { readonly status: StackStatus }) {
  const { t } = useTranslation();
  return <Badge look={stackLooks[status]} word={t(`stack.status.${status}`)} />;
}

/** A service's health as a word with a dot. */
export function ServiceBadge({ status }: { readonly status: ServiceStatus }) {
  const { t } = useTranslation();
  return <Badge look={serviceLooks[status]} word={t(`stack.health.${status}`)} />;
}
