import { useTranslation } from 'react-i18next';
import type { Dataset } from '../../shared/contract/datasets.ts';
import classes from './status-badge.module.css';

const looks = { processing: 'running', ready: 'completed', error: 'failed', archived: 'cancelled' } as const;

/** A dataset's status as a word with a dot. */
export function DatasetStatus({ status }: { readonly status: Dataset['status'] }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-status={looks[status]}>
      <span className={classes.dot} aria-hidden="true" />
      {t(`datasets.status.${status}`)}
    </span>
  );
}
