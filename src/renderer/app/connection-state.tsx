import { Box, Button, Group } from '@mantine/core';
import { Note } from '../components/note.ts';
import { useNow } from '../format/use-now.ts';
import { useText } from '../i18n/use-text.ts';
import type { ConnectionState as State } from '../rpc/connection.ts';

const amber = '#e09b12';

/** Whether the engine answers: a quiet line that turns amber, with a way to try at once. */
export function ConnectionState({ state, onRetry }: { readonly state: State; readonly onRetry: () => void }) {
  const { t } = useText();
  const now = useNow();
  const away = state.phase === 'waiting' || (state.phase === 'connecting' && state.failures > 0);
  const seconds = state.phase === 'waiting' ? Math.max(0, Math.ceil((state.retryAt - now) / 1000)) : 0;
  const dot = away ? amber : state.phase === 'open' ? '#16a34a' : 'var(--muted)';
  const line = { borderTop: '1px solid var(--line)', lineHeight: 1.35 };
  const ground = away ? { bg: `color-mix(in srgb, ${amber} 9%, transparent)` } : { c: 'dimmed' };
  return (
    <Group gap={8} wrap="nowrap" mih={48} p="8px 20px" fz={12} style={line} {...ground}>
      <span className="dot" style={{ background: dot }} aria-hidden="true" />
      {!away && t(state.phase === 'open' ? 'connection.open' : 'connection.connecting')}
      {away && (
        <>
          <Box flex={1} miw={0}>
            {t('connection.waiting')}
            <Note component="div" fz="inherit" lh="inherit" className="tabular">
              {seconds > 0 ? t('connection.retryIn', { seconds }) : t('connection.connecting')}
            </Note>
          </Box>
          <Button size="compact-xs" variant="subtle" onClick={onRetry}>
            {t('connection.retryNow')}
          </Button>
        </>
      )}
    </Group>
  );
}
