import { useTranslation } from 'react-i18next';
import type { AttemptStatus, RunStatus } from '../../shared/model/run.ts';
import classes from './status-badge.module.css';

interface StatusBadgeProps {
  readonly status: RunStatus | AttemptStatus;
  /** A cancel was asked for and is not done yet. */
  readonly stopping?: boolean;
}

/** A run's or an attempt's status: a word with a dot, never a colour alone. */
export function StatusBadge({ status, stopping = false }: StatusBadgeProps) {
  const { t } = useTranslation();
  const shown = stopping && (status === 'running' || status === 'queued') ? 'stopping' : status;
  return (
    <span className={classes.badge} data-status={shown}>
      <span className={classes.dot} aria-hidden="true" />
      {t(`status.${shown}`)}
    </span>
  );
}
