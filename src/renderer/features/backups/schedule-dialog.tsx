import { Group, NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type BackupScheduleView, setScheduleInput } from '../../../shared/contract/backup-schedule.ts';
import { type CronChoice, choiceOf, cronOf } from '../../../shared/model/cron-choice.ts';
import { Note } from '../../components/note.ts';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { KeepInputs } from './keep-inputs.tsx';
import { weekdayName } from './zoned-time.ts';

const choices = ['hourly', 'daily', 'weekly', 'custom'] as const;
/** Monday first. */
const weekdays = [1, 2, 3, 4, 5, 6, 0];

interface Values extends Record<string, unknown> {
  often: CronChoice['often'];
  time: string;
  weekday: string;
  cron: string;
  zone: string;
  keep: { last: number | string; daily: number | string; weekly: number | string; monthly: number | string };
}

function valuesOf({ cron, zone, keep }: BackupScheduleView): Values {
  const { weekday, ...choice } = choiceOf(cron);
  return { ...choice, weekday: String(weekday), zone, keep: { ...keep } };
}

const toInput = ({ zone, keep, weekday, ...choice }: Values) => ({
  cron: cronOf({ ...choice, weekday: Number(weekday) }),
  ...{ zone, keep },
});

interface ScheduleDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly schedule: BackupScheduleView;
}

/** Changes when snapshots are made by themselves, and how many stay; shows what that would remove. */
export function ScheduleDialog({ schedule, ...dialog }: ScheduleDialogProps) {
  const { t, language } = useText();
  return (
    <FormDialog
      {...dialog}
      title={t('backupSchedule.editTitle')}
      send={(input, options) => engine.backups.setSchedule(input, options)}
      refresh={queries.backups.key()}
      action={t('common.save')}
      form={{ schema: setScheduleInput, initialValues: valuesOf(schedule), toInput }}
    >
      {(form) => {
        const { often } = form.values;
        return (
          <>
            <Stack gap={6}>
              <Text size="sm" fw={600} id="how-often">
                {t('backupSchedule.often')}
              </Text>
              <SegmentedControl
                fullWidth
                aria-labelledby="how-often"
                data={choices.map((value) => ({ value, label: t(`backupSchedule.choices.${value}`) }))}
                value={often}
                onChange={(value) =>
                  form.setFieldValue('often', choices.find((one) => one === value) ?? 'daily')
                }
              />
            </Stack>
            {often === 'custom' ? (
              <TextInput
                label={t('backupSchedule.cron')}
                description={t('backupSchedule.cronHint')}
                placeholder="30 1 * * MON-FRI"
                autoComplete="off"
                spellCheck={false}
                {...form.getInputProps('cron')}
              />
            ) : (
              <Group grow align="flex-start" gap="sm">
                {often === 'weekly' && (
                  <Select
                    label={t('backupSchedule.weekday')}
                    allowDeselect={false}
                    data={weekdays.map((day) => ({ value: String(day), label: weekdayName(day, language) }))}
                    {...form.getInputProps('weekday')}
                  />
                )}
                {often === 'hourly' ? (
                  <NumberInput
                    label={t('backupSchedule.minute')}
                    {...{ min: 0, max: 59, clampBehavior: 'strict', allowDecimal: false }}
                    value={Number(form.values.time.slice(3))}
                    onChange={(minute) => form.setFieldValue('time', `00:${String(minute).padStart(2, '0')}`)}
                    error={form.errors.cron}
                  />
                ) : (
                  <TextInput
                    type="time"
                    label={t('backupSchedule.time')}
                    {...form.getInputProps('time')}
                    error={form.errors.cron}
                  />
                )}
              </Group>
            )}
            <TextInput
              label={t('backupSchedule.zone')}
              description={t('backupSchedule.zoneHint')}
              autoComplete="off"
              spellCheck={false}
              {...form.getInputProps('zone')}
            />
            <Stack gap={6}>
              <Text size="sm" fw={600}>
                {t('backupSchedule.keep')}
              </Text>
              <Note size="xs">{t('backupSchedule.keepHint')}</Note>
              <KeepInputs inputOf={(span) => form.getInputProps(`keep.${span}`)} />
              <Removed keep={form.values.keep} />
            </Stack>
          </>
        );
      }}
    </FormDialog>
  );
}

/** What these numbers would remove now. */
function Removed({ keep }: { readonly keep: Values['keep'] }) {
  const { t, format } = useText();
  const parsed = setScheduleInput.shape.keep.safeParse(keep).data;
  const { last = 0, daily = 0, weekly = 0, monthly = 0 } = parsed ?? {};
  // While somebody types.
  const [input] = useDebouncedValue({ last, daily, weekly, monthly }, 300);
  const { data } = useQuery(
    queries.backups.removable.queryOptions({
      input,
      enabled: parsed !== undefined,
      placeholderData: keepPreviousData,
    }),
  );
  if (!data || !parsed) return null;
  const { removed } = data;
  const times = removed.slice(0, 5).map(({ at, id }) => (at === null ? id : format.dateTime(at)));
  const more = removed.length > times.length ? ' · …' : '';
  return (
    <Note role="status" className="tabular">
      {removed.length === 0
        ? t('backupSchedule.removesNone')
        : t('backupSchedule.removes', {
            ...{ count: removed.length, formatted: format.number(removed.length) },
            times: `${times.join(' · ')}${more}`,
          })}
    </Note>
  );
}
