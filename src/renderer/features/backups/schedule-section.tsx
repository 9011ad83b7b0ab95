import { Alert, Button, Group, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { BackupScheduleView } from '../../../shared/contract/backup-schedule.ts';
import { choiceOf } from '../../../shared/model/cron-choice.ts';
import { Facts } from '../../components/facts.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert, ProblemFrame, useKnownProblem } from '../../components/problem-alert.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useWrite } from '../../components/use-write.ts';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { ScheduleDialog } from './schedule-dialog.tsx';
import { useZonedTime, weekdayName } from './zoned-time.ts';

/** When snapshots are made by themselves, how the last one went, and the way to change that. */
export function ScheduleSection() {
  const { t } = useText();
  const [edited, edit] = useDisclosure(false);
  const { data, error, refetch } = useQuery(queries.backups.schedule.queryOptions());
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <Section title={t('backupSchedule.title')}>
      <Stack gap="sm">
        <Trouble schedule={data} />
        <div className="surface panel">
          <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md" mb={6}>
            <OnSwitch on={data.on} />
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPencil size={14} aria-hidden />}
              onClick={edit.open}
            >
              {t('backupSchedule.edit')}
            </Button>
          </Group>
          {data.on ? <Plan schedule={data} /> : <Note>{t('backupSchedule.offHint')}</Note>}
        </div>
      </Stack>
      <ScheduleDialog opened={edited} onClose={edit.close} schedule={data} />
    </Section>
  );
}

function OnSwitch({ on }: { readonly on: boolean }) {
  const { t } = useText();
  const write = useWrite({
    send: (wanted: boolean, options) => engine.backups.setSchedule({ on: wanted }, options),
    refresh: queries.backups.schedule.key(),
  });
  return (
    <Stack gap={6}>
      <Switch
        checked={on}
        disabled={write.isPending}
        label={t('backupSchedule.switch')}
        onChange={(event) => write.start(event.currentTarget.checked)}
      />
      {write.error != null && <ProblemAlert error={write.error} />}
    </Stack>
  );
}

/** A schedule in words; one that is not simple as it is. */
function usePlanWords(cron: string): string {
  const { t, language } = useText();
  const { often, time, weekday } = choiceOf(cron);
  if (often === 'hourly') return t('backupSchedule.hourlyAt', { minute: Number(time.slice(3)) });
  if (often === 'daily') return t('backupSchedule.dailyAt', { time });
  if (often === 'weekly')
    return t('backupSchedule.weeklyAt', { time, weekday: weekdayName(weekday, language) });
  return cron;
}

function Plan({ schedule }: { readonly schedule: BackupScheduleView }) {
  const { t } = useText();
  const { cron, zone, keep, next, last } = schedule;
  const words = usePlanWords(cron);
  const zoned = useZonedTime(zone);
  return (
    <Facts
      facts={[
        [t('backupSchedule.when'), `${words} (${zone})`],
        [
          t('backupSchedule.next'),
          <Stack key="next" gap={0}>
            {next.map((time) => (
              <span key={time}>{zoned(time)}</span>
            ))}
          </Stack>,
        ],
        [t('backupSchedule.keeps'), t('backupSchedule.kept', { ...keep })],
        ...(last
          ? [
              [
                t('backupSchedule.last'),
                <span key="last">
                  {t(`backupSchedule.outcomes.${last.outcome}`)} · <TimeText time={last.at} />
                </span>,
              ] as const,
            ]
          : []),
      ]}
    />
  );
}

/** Why the last one failed, and that the newest is old. */
function Trouble({ schedule }: { readonly schedule: BackupScheduleView }) {
  const { t } = useText();
  const { last, warning } = schedule;
  return (
    <>
      {last?.error && <Failure schedule={schedule} last={last} error={last.error} />}
      {warning === 'overdue' && (
        <Alert
          color="yellow"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={t('backupSchedule.overdue')}
        >
          {t('backupSchedule.overdueHint')}
        </Alert>
      )}
    </>
  );
}

type Last = NonNullable<BackupScheduleView['last']>;

interface FailureProps {
  readonly schedule: BackupScheduleView;
  readonly last: Last;
  readonly error: NonNullable<Last['error']>;
}

function Failure({ schedule: { zone, retryAt }, last, error }: FailureProps) {
  const { t } = useText();
  const { message, hint } = useKnownProblem(error);
  const zoned = useZonedTime(zone);
  return (
    <ProblemFrame
      title={t(last.outcome === 'failed' ? 'backupSchedule.failed' : 'backupSchedule.notRemoved')}
      code={error.code}
      action={
        <Note component="span" size="xs">
          <TimeText time={last.at} />
        </Note>
      }
    >
      <Stack gap={4} style={{ overflowWrap: 'anywhere' }}>
        <Text size="sm">{message}</Text>
        {hint && <Text size="sm">{hint}</Text>}
        {retryAt !== null && <Text size="sm">{t('backupSchedule.again', { time: zoned(retryAt) })}</Text>}
      </Stack>
    </ProblemFrame>
  );
}
