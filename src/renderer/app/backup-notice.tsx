import { Alert, Anchor, Group, Text } from '@mantine/core';
import { IconArchiveOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { DestinationView } from '../../shared/contract/backup-destinations.ts';
import type { BackupScheduleView } from '../../shared/contract/backup-schedule.ts';
import { useKnownProblem } from '../components/problem-alert.tsx';
import { useStoresAway } from '../components/stack/stack.ts';
import { useOfNow } from '../format/use-now.ts';
import { useText } from '../i18n/use-text.ts';
import { queries } from '../rpc/client.ts';

/** What the page shows first does not wait for this. */
const settledMs = 1500;
/** A snapshot grows old without anything that changes. */
const againMs = 10 * 60_000;

function useSchedule(): BackupScheduleView | undefined {
  const away = useStoresAway();
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), settledMs);
    return () => clearTimeout(timer);
  }, []);
  return useQuery(
    queries.backups.schedule.queryOptions({
      ...{ enabled: isSettled && !away, refetchInterval: againMs, refetchIntervalInBackground: false },
    }),
  ).data;
}

/** How old the newest good snapshot is, beside its page's name in the navigation; nothing where there is none. */
export function SnapshotAge() {
  const { t, format } = useText();
  const { newest = null, warning = null } = useSchedule() ?? {};
  const ago = useOfNow((now) =>
    newest === null ? '' : format.relative(newest, Math.max(now, Date.parse(newest))),
  );
  if (newest === null) return null;
  return (
    <Text
      component="span"
      size="xs"
      className="tabular"
      title={t('backupSchedule.newest', { ago })}
      aria-label={t('backupSchedule.newest', { ago })}
      {...{ c: warning === null ? 'dimmed' : 'red' }}
    >
      {ago}
    </Text>
  );
}

/** Above every page but its own: that the last scheduled snapshot failed, that the newest one is old, or that copies elsewhere are behind. */
export function BackupNotice() {
  const schedule = useSchedule();
  // Not asked for where the schedule is not, yet or any more.
  const { data } = useQuery(
    queries.backups.destinations.queryOptions({
      ...{ enabled: schedule !== undefined, refetchInterval: againMs, refetchIntervalInBackground: false },
    }),
  );
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isHidden = path === '/backups';
  return (
    <>
      {schedule?.warning && <ScheduleWarning schedule={schedule} isHidden={isHidden} />}
      {data?.destinations
        .filter(({ warning }) => warning !== null)
        .map((one) => (
          <DestinationWarning key={one.id} destination={one} isHidden={isHidden} />
        ))}
    </>
  );
}

const unknown = { code: '', message: '', hint: '' };

interface ScheduleWarningProps {
  readonly schedule: BackupScheduleView;
  readonly isHidden: boolean;
}

function ScheduleWarning({ schedule: { last, warning }, isHidden }: ScheduleWarningProps) {
  const { t } = useText();
  const cause = useKnownProblem(last?.error ?? unknown).message;
  const title = t(warning === 'failed' ? 'backupSchedule.failed' : 'backupSchedule.overdue');
  const text = warning === 'failed' ? cause : t('backupSchedule.overdueHint');
  return <Warning about={`${warning} ${last?.occurrence ?? ''}`} {...{ title, text, isHidden }} />;
}

interface DestinationWarningProps {
  readonly destination: DestinationView;
  readonly isHidden: boolean;
}

function DestinationWarning({
  destination: { id, name, failure, warning },
  isHidden,
}: DestinationWarningProps) {
  const { t } = useText();
  const { message } = useKnownProblem(failure?.error ?? unknown);
  const title = t(`backupDestinations.${warning ?? 'failing'}`, { name });
  return <Warning about={`${id} ${failure?.since ?? ''}`} {...{ title, text: message, isHidden }} />;
}

interface WarningProps {
  /** What is notified of once. */
  readonly about: string;
  readonly title: string;
  readonly text: string;
  readonly isHidden: boolean;
}

function Warning({ about, title, text, isHidden }: WarningProps) {
  const { t } = useText();
  useNotification(about, title, text);
  if (isHidden) return null;
  return (
    <Alert
      px={28}
      style={{ borderBottom: '1px solid var(--line)' }}
      color="red"
      variant="light"
      radius={0}
      role="status"
      icon={<IconArchiveOff aria-hidden size={18} />}
      title={title}
    >
      <Group gap="4px 16px" style={{ overflowWrap: 'anywhere' }}>
        <Text size="sm">{text}</Text>
        <Anchor component={Link} to="/backups" size="sm">
          {t('backupSchedule.look')}
        </Anchor>
      </Group>
    </Alert>
  );
}

const notifiedKey = 'backup-notified';
/** So many are remembered: more things to be notified of there are not at a time. */
const mostNotified = 20;

function notifiedOf(): readonly string[] {
  return (localStorage.getItem(notifiedKey) ?? '').split('\n');
}

/** A message of the operating system where a window shows the page: once for each thing, whoever reloads it. */
function useNotification(about: string, title: string, body: string): void {
  useEffect(() => {
    const notified = notifiedOf();
    if (!window.trainyardDesktop || notified.includes(about)) return;
    localStorage.setItem(notifiedKey, [...notified, about].slice(-mostNotified).join('\n'));
    window.trainyardDesktop
      .notify({ title: title.slice(0, 200), body: body.slice(0, 1000) })
      .catch((error: unknown) => reportError(error));
  }, [about, title, body]);
}
