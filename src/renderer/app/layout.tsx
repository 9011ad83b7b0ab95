import { AppShell, Box, Burger, Button, Group, Kbd, Modal, Table, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Note } from '../components/note.ts';
import pageClasses from '../components/page.module.css';
import { BreadcrumbSlot } from '../components/page.tsx';
import { useStoresAway } from '../components/stack/stack.ts';
import { StoresAway } from '../components/stack/stores-away.tsx';
import { useNow } from '../format/use-now.ts';
import { useText } from '../i18n/use-text.ts';
import { connection } from '../rpc/client.ts';
import type { ConnectionState as State } from '../rpc/connection.ts';
import { BackupNotice } from './backup-notice.tsx';
import { CommandPalette } from './command-palette.tsx';
import { UnauthorizedPage } from './error-pages.tsx';
import { HeaderTools } from './header-tools.tsx';
import classes from './layout.module.css';
import { Navigation } from './navigation.tsx';
import { DiskBanner, OutdatedNotice } from './notices.tsx';
import { shortcuts, useShortcuts } from './shortcuts.ts';

const header = { backdropFilter: 'blur(6px)', borderColor: 'var(--line)' };

/** The frame around every page: navigation, breadcrumb, tools, and what the keyboard opens. */
export function Layout() {
  const { t } = useText();
  const [menuOpened, menu] = useDisclosure(false);
  const [paletteOpened, palette] = useDisclosure(false);
  const [helpOpened, help] = useDisclosure(false);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const state = useSyncExternalStore(connection.subscribe, connection.snapshot);
  useShortcuts(palette.open, help.open);

  const firstPath = useRef(path);
  useEffect(() => {
    if (path === firstPath.current) return;
    firstPath.current = '';
    menu.close();
    main.current?.focus({ preventScroll: true });
  }, [path, menu.close]);

  if (state.phase === 'unauthorized') return <UnauthorizedPage />;
  return (
    <>
      <a href="#main" className={classes.skip}>
        {t('shell.skip')}
      </a>
      <AppShell
        layout="alt"
        header={{ height: 52 }}
        navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !menuOpened } }}
        padding={0}
      >
        <AppShell.Header bg="color-mix(in srgb, var(--mantine-color-body) 92%, transparent)" style={header}>
          <Group h="100%" px="lg" justify="space-between" wrap="nowrap" gap="md">
            <Group gap="sm" wrap="nowrap" miw={0} style={{ flex: 1 }}>
              <Burger
                opened={menuOpened}
                onClick={menu.toggle}
                hiddenFrom="sm"
                size="sm"
                aria-label={t('shell.menu')}
              />
              <nav ref={setSlot} style={{ minWidth: 0, flex: 1 }} aria-label={t('shell.breadcrumb')} />
            </Group>
            <HeaderTools onSearch={palette.open} onHelp={help.open} />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar bg="var(--surface)" style={{ borderColor: 'var(--line)' }}>
          <Navigation />
          <ConnectionState state={state} onRetry={connection.retryNow} />
        </AppShell.Navbar>
        <AppShell.Main ref={main} id="main" tabIndex={-1} mih="100dvh">
          <BreadcrumbSlot value={slot}>
            <OutdatedNotice />
            <DiskBanner />
            <BackupNotice />
            <StoresGate>
              <Outlet />
            </StoresGate>
          </BreadcrumbSlot>
        </AppShell.Main>
      </AppShell>
      <VisuallyHidden role="status">
        {state.phase === 'waiting' ? t('connection.waiting') : ''}
      </VisuallyHidden>
      <CommandPalette opened={paletteOpened} onClose={palette.close} onHelp={help.open} />
      <HelpDialog opened={helpOpened} onClose={help.close} />
    </>
  );
}

/** Pages that work without the stores. */
const open = ['/stack', '/doctor', '/system'];

/**
 * Puts what is to be done in the place of pages whose stores are not there. They stay as they are behind it, with what was typed into
 * them, and go on once their reads are answered.
 */
function StoresGate({ children }: { readonly children: ReactNode }) {
  const reason = useStoresAway();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const shut = reason !== null && !open.includes(path);
  return (
    <>
      {shut && (
        <div className={pageClasses.page} role="status">
          <StoresAway reason={reason} />
        </div>
      )}
      <div hidden={shut}>{children}</div>
    </>
  );
}

const amber = '#e09b12';

/** Whether the engine answers: a quiet line that turns amber, with a way to try at once. */
function ConnectionState({ state, onRetry }: { readonly state: State; readonly onRetry: () => void }) {
  const { t } = useText();
  const now = useNow();
  const away = state.phase === 'waiting' || (state.phase === 'connecting' && state.failures > 0);
  const phase = away ? 'waiting' : state.phase;
  const seconds = state.phase === 'waiting' ? Math.max(0, Math.ceil((state.retryAt - now) / 1000)) : 0;
  const dot = away ? amber : state.phase === 'open' ? '#16a34a' : 'var(--muted)';
  const line = { borderTop: '1px solid var(--line)', lineHeight: 1.35 };
  const ground = away ? { bg: `color-mix(in srgb, ${amber} 9%, transparent)` } : { c: 'dimmed' };
  return (
    <Group gap={8} wrap="nowrap" mih={48} p="8px 20px" fz={12} style={line} data-phase={phase} {...ground}>
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

/** All keyboard shortcuts. */
function HelpDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { t } = useText();
  const rows = [{ keys: ['Ctrl/⌘', 'K'], action: 'palette' } as const, ...shortcuts];
  return (
    <Modal opened={opened} onClose={onClose} title={t('shell.shortcuts')} centered>
      <Table withRowBorders={false} verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(({ keys, action }) => (
            <Table.Tr key={action}>
              <Table.Td>{t(`shortcuts.${action}`)}</Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
