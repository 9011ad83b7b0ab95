import { defaultKeep } from '../../../shared/model/backup-schedule.ts';
import type { Retention } from '../../../shared/model/retention.ts';
import { type Command, integer } from '../lib/define.ts';

/** What the flags below are called in options. */
export interface KeepOptions {
  readonly keepLast: number;
  readonly keepDaily: number;
  readonly keepWeekly: number;
  readonly keepMonthly: number;
}

const flags = [
  ['last', 'how many of the newest stay', '가장 최근 것 중 남길 개수'],
  ['daily', 'of how many days the newest stays', '며칠 치의 마지막 것을 남길지'],
  [
    'weekly',
    'of how many weeks (from Monday, in UTC) the newest stays',
    '몇 주 치(월요일부터, UTC)의 마지막 것을 남길지',
  ],
  ['monthly', 'of how many months the newest stays', '몇 달 치의 마지막 것을 남길지'],
] as const;

/** Adds the flags of retention. @param hasDefaults what is left out is as it is by default; else it is not among the options */
export function addKeepFlags(command: Command, hasDefaults: boolean): Command {
  for (const [name, english, korean] of flags)
    command.flag(
      `--keep-${name} <n>`,
      english,
      korean,
      integer(0, 10_000),
      hasDefaults ? defaultKeep[name] : undefined,
    );
  return command;
}

/** What the options keep. */
export const retentionOf = ({ keepLast, keepDaily, keepWeekly, keepMonthly }: KeepOptions): Retention => ({
  ...{ last: keepLast, daily: keepDaily, weekly: keepWeekly, monthly: keepMonthly },
});
