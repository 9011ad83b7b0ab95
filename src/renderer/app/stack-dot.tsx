import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { queries } from '../rpc/client.ts';
import classes from './stack-dot.module.css';

const everyMs = 15_000;

/** How the stack is, beside its name in the navigation; nothing where there is none, so that the eye rests. */
export function StackDot() {
  const { t } = useTranslation();
  const stack = useQuery(
    queries.stack.status.queryOptions({
      refetchIntervalInBackground: false,
      // A machine without Docker is not asked again and again; the stack's own page does that where it is open.
      refetchInterval: ({ state }) =>
        state.data && (state.data.profile === 'docker' || state.data.status !== 'absent') ? everyMs : false,
    }),
  );
  const { data, error } = stack;
  if (!data || (data.profile !== 'docker' && data.status === 'absent')) return null;
  const status = error ? 'failed' : data.status;
  return (
    <span className={classes.dot} data-status={status} title={t(`stack.status.${status}`)}>
      <VisuallyHidden>{t(`stack.status.${status}`)}</VisuallyHidden>
    </span>
  );
}
