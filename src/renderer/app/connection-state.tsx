import { Text, UnstyledButton } from '@mantine/core';
import { useNow } from '../format/use-now.ts';
import { useText } from '../i18n/use-text.ts';
import type { ConnectionState as State } from '../rpc/connection.ts';
import classes from './connection-state.module.css';

/** Whether the engine answers: a quiet line that turns amber, with a way to try at once. */
export function ConnectionState({ state, onRetry }: { readonly state: State; readonly onRetry: () => void }) {
  const { t } = useText();
  const now = useNow();
  const away = state.phase === 'waiting' || (state.phase === 'connecting' && state.failures > 0);
  if (!away) {
    return (
      <div className={classes.state} data-phase={state.phase}>
        <span className={`dot ${classes.dot}`} aria-hidden="true" />
        {state.phase === 'open' ? t('connection.open') : t('connection.connecting')}
      </div>
    );
  }
  const seconds = state.phase === 'waiting' ? Math.max(0, Math.ceil((state.retryAt - now) / 1000)) : 0;
  return (
    <div className={classes.state} data-phase="waiting">
      <span className={`dot ${classes.dot}`} aria-hidden="true" />
      <div className={classes.text}>
        {t('connection.waiting')}
        <Text component="div" fz="inherit" lh="inherit" c="dimmed" className="tabular">
          {seconds > 0 ? t('connection.retryIn', { seconds }) : t('connection.connecting')}
        </Text>
      </div>
      <UnstyledButton className={classes.retry} onClick={onRetry}>
        {t('connection.retryNow')}
      </UnstyledButton>
    </div>
  );
}
