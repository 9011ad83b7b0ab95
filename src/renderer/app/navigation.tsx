import { Group, Stack, Text } from '@mantine/core';
import {
  IconArchive,
  IconCpu,
  IconDatabase,
  IconFolder,
  IconGitCompare,
  IconPlayerPlay,
  IconStack2,
  IconStethoscope,
  IconWeight,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { StackDot } from '../components/status-badge.tsx';
import { useText } from '../i18n/use-text.ts';
import { queries } from '../rpc/client.ts';
import { SnapshotAge } from './backup-notice.tsx';
import classes from './navigation.module.css';

export const places = [
  { to: '/projects', key: 'projects', icon: IconFolder, letter: 'p' },
  { to: '/datasets', key: 'datasets', icon: IconDatabase, letter: 'd' },
  { to: '/runs', key: 'runs', icon: IconPlayerPlay, letter: 'r' },
  { to: '/weights', key: 'weights', icon: IconWeight, letter: 'w' },
  { to: '/compare', key: 'compare', icon: IconGitCompare, letter: 'c' },
  { to: '/stack', key: 'stack', icon: IconStack2, letter: 'k' },
  { to: '/backups', key: 'backups', icon: IconArchive, letter: 'b' },
  { to: '/doctor', key: 'doctor', icon: IconStethoscope, letter: 'h' },
  { to: '/system', key: 'system', icon: IconCpu, letter: 's' },
] as const;

const scrolls = { overflowY: 'auto' } as const;

/** The way to every part of the app. */
export function Navigation() {
  const { t } = useText();
  return (
    <Stack component="nav" aria-label={t('shell.navigation')} gap={2} flex={1} px={10} style={scrolls}>
      <Link to="/" style={{ color: 'inherit', textDecoration: 'none' }}>
        <Group gap={10} wrap="nowrap" h={52} px={10} mb={6}>
          <img src="/favicon.svg" alt="" width={24} height={24} style={{ borderRadius: 6 }} />
          <Text component="span" fw={700} fz={15} lts="-0.01em">
            Trainyard
          </Text>
        </Group>
      </Link>
      {places.map(({ to, key, icon: Icon }) => (
        <Link key={to} to={to} className={classes.link} activeProps={{ 'aria-current': 'page' }}>
          <Group gap={10} wrap="nowrap">
            <Icon size={18} stroke={1.7} aria-hidden />
            <span style={{ flex: 1 }}>{t(`nav.${key}`)}</span>
            {key === 'stack' && <StackState />}
            {key === 'backups' && <SnapshotAge />}
          </Group>
        </Link>
      ))}
    </Stack>
  );
}

const everyMs = 15_000;

/** How the stack is, beside its name in the navigation; nothing where there is none, so that the eye rests. */
function StackState() {
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
  return <StackDot status={error ? 'failed' : data.status} />;
}
