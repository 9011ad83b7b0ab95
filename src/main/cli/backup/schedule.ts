import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BackupScheduleView } from '../../../shared/contract/backup-schedule.ts';
import { zonedTime } from '../../../shared/format/zoned-time.ts';
import { homeFolder } from '../../platform/paths.ts';
import { type Command, type CommonOptions, defineCommand, given } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { inOwnWords, sentenceOf, usageError } from '../lib/failure.ts';
import { formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, remark, writeResult } from '../lib/output.ts';
import { addKeepFlags, type KeepOptions } from './keep-flags.ts';
import { snapshotsFolder } from './snapshots-folder.ts';

type Outcome = NonNullable<BackupScheduleView['last']>['outcome'];

const outcomeWords = (): Record<Outcome, string> => ({
  made: translate('done', '완료'),
  failed: translate('failed', '실패'),
  skipped: translate('nothing to keep yet', '아직 저장할 내용이 없음'),
});

function describe({ on, cron, zone, keep, next, last, retryAt, newest }: BackupScheduleView): string {
  const at = (time: string) => `${zonedTime(time, zone)} ${zone}`;
  return facts([
    [
      translate('Scheduled snapshots', '예약 스냅숏'),
      on ? translate('on', '켜짐') : translate('off', '꺼짐'),
    ],
    [translate('When', '시각'), `${cron} (${zone})`],
    ...next.map((time, index) => [index === 0 ? translate('Next', '다음') : '', at(time)] as const),
    [
      translate('Keeps', '보관'),
      translate(
        `the last ${keep.last}, and the newest of ${keep.daily} days, ${keep.weekly} weeks and ${keep.monthly} months`,
        `최근 ${keep.last}개, 일별 ${keep.daily}개, 주별 ${keep.weekly}개, 월별 ${keep.monthly}개`,
      ),
    ],
    ...(last
      ? [[translate('Last', '마지막'), `${at(last.occurrence)}: ${outcomeWords()[last.outcome]}`] as const]
      : []),
    ...(retryAt === null ? [] : [[translate('Again at', '재시도'), at(retryAt)] as const]),
    [translate('Newest good one', '쓸 수 있는 최신 것'), formatTime(newest)],
  ]);
}

/** What a person should know of the schedule, on standard error; nothing where all is well. */
function remarkSchedule({ warning, last, newest }: Pick<BackupScheduleView, 'warning' | 'last' | 'newest'>) {
  if (last?.error) {
    const { message, hint } = inOwnWords(last.error);
    const what =
      last.outcome === 'failed'
        ? translate('The last scheduled snapshot failed', '마지막 예약 스냅숏이 실패했습니다')
        : translate('Old snapshots could not be removed', '오래된 스냅숏을 지우지 못했습니다');
    remark(`${what} (${last.error.code}): ${message}\n  → ${hint}`);
  }
  if (warning === 'overdue')
    remark(
      `The newest good snapshot is older than two periods of the schedule: ${formatTime(newest)}.\n  → Make one: trainyard backup create`,
      `쓸 수 있는 최신 스냅숏이 예약 주기의 두 배보다 오래되었습니다: ${formatTime(newest)}.\n  → 만들기: trainyard backup create`,
    );
}

/** The same beside the list of snapshots: read from the settings, as that needs no engine. */
export async function remarkKeptSchedule(): Promise<void> {
  const home = homeFolder();
  if (!existsSync(path.join(home, 'settings.sqlite'))) return;
  const [{ openSettings }, { readSchedule, readState }, { scheduleView }] = await Promise.all([
    import('../../stores/settings/settings-store.ts'),
    import('../../features/backups/kept-schedule.ts'),
    import('../../features/backups/schedule-view.ts'),
  ]);
  try {
    using settings = openSettings(home);
    const [schedule, state] = [readSchedule(settings), readState(settings)];
    remarkSchedule(await scheduleView(schedule, state, snapshotsFolder(), new Date().toISOString()));
  } catch (error) {
    // The list is there all the same.
    remark(sentenceOf(error));
  }
}

async function write(options: CommonOptions, view: BackupScheduleView): Promise<undefined> {
  await writeResult(options, view, () => describe(view));
  if (!options.json) remarkSchedule(view);
}

type Set = Partial<KeepOptions> & { readonly cron?: string; readonly zone?: string };

async function set({ cron, zone, json, ...kept }: Set & CommonOptions): Promise<undefined> {
  const keep = given({
    ...{ last: kept.keepLast, daily: kept.keepDaily },
    ...{ weekly: kept.keepWeekly, monthly: kept.keepMonthly },
  });
  const change = { ...given({ cron, zone }), ...(Object.keys(keep).length > 0 && { keep }) };
  if (Object.keys(change).length === 0)
    throw usageError(
      { en: 'Nothing to set was given', ko: '설정할 내용이 없습니다' },
      translate(
        'Add --cron, --zone or one of --keep-last, --keep-daily, --keep-weekly and --keep-monthly.',
        '--cron, --zone 또는 --keep-last, --keep-daily, --keep-weekly, --keep-monthly 가운데 하나를 붙이세요.',
      ),
    );
  await write({ json }, await withEngine((api) => api.backups.setSchedule(change)));
}

const shape = '{"on", "cron", "zone", "keep", "next": [times], "last", "retryAt", "newest", "warning"}';

/** `backup schedule`: when the engine makes snapshots by itself, and how many of those it keeps. */
export function defineSchedule(group: Command): void {
  const schedule = group
    .command('schedule')
    .description(
      translate(
        'when the engine makes snapshots by itself, and how many of those it keeps',
        '엔진이 스냅숏을 자동으로 만드는 시각과 보관할 개수',
      ),
    );

  defineCommand(schedule, {
    usage: 'show',
    english: 'show the schedule, its next three times, and how the last snapshot went',
    korean: '예약과 다음 세 번의 시각, 마지막 스냅숏의 결과를 보여 줍니다',
    examples: ['backup schedule show', 'backup schedule show --json'],
    json: shape,
  }).perform(async (options) => write(options, await withEngine((api) => api.backups.schedule())));

  addKeepFlags(
    defineCommand(schedule, {
      usage: 'set',
      english:
        'change when snapshots are made, and how many of those that the schedule makes stay; what is left out stays as it is',
      korean:
        '스냅숏을 만드는 시각과 예약으로 만든 것 중 남길 개수를 바꿉니다. 지정하지 않은 것은 그대로 둡니다',
      examples: [
        'backup schedule set --cron "0 3 * * *" --zone Asia/Seoul',
        'backup schedule set --cron "30 1 * * MON" --keep-last 5 --keep-monthly 12',
      ],
      json: shape,
    })
      .flag(
        '--cron <expression>',
        'five fields: minute, hour, day of the month, month, day of the week',
        '다섯 필드: 분, 시, 일, 월, 요일',
      )
      .flag('--zone <name>', 'time zone, as Asia/Seoul', '시간대. 예: Asia/Seoul'),
    false,
  ).perform<Set>(set);

  for (const [usage, on, english, korean] of [
    ['on', true, 'make snapshots by the schedule', '예약에 따라 스냅숏을 만듭니다'],
    [
      'off',
      false,
      'make none by the schedule; those that are there stay',
      '예약 스냅숏을 끕니다. 만든 것은 그대로 둡니다',
    ],
  ] as const)
    defineCommand(schedule, {
      usage,
      english,
      korean,
      examples: [`backup schedule ${usage}`],
      json: shape,
    }).perform(async (options) => write(options, await withEngine((api) => api.backups.setSchedule({ on }))));
}
