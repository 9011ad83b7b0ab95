/** The schedules that most people want, as a form offers them; `custom` is any cron expression. */
export interface CronChoice {
  readonly often: 'hourly' | 'daily' | 'weekly' | 'custom';
  /** `03:00`; of an hourly one the minutes count. */
  readonly time: string;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly cron: string;
}

const two = (number: string) => number.padStart(2, '0');

/** What a form shows of a cron expression. */
export function choiceOf(cron: string): CronChoice {
  const [, minute = '0', hour = '3', weekday = '*'] =
    /^(\d{1,2}) (\d{1,2}|\*) \* \* ([0-7]|\*)$/.exec(cron) ?? [];
  const isKnown = /^\d{1,2} (\d{1,2} \* \* [0-7*]|\* \* \* \*)$/.test(cron);
  const often = hour === '*' ? 'hourly' : weekday === '*' ? 'daily' : 'weekly';
  return {
    often: isKnown ? often : 'custom',
    time: `${hour === '*' ? '00' : two(hour)}:${two(minute)}`,
    weekday: weekday === '*' ? 1 : Number(weekday) % 7,
    cron,
  };
}

/** The cron expression of what a form shows; empty where its time is none. */
export function cronOf({ often, time, weekday, cron }: CronChoice): string {
  if (often === 'custom') return cron;
  const [, hour, minute] = /^(\d{2}):(\d{2})/.exec(time) ?? [];
  if (hour === undefined || minute === undefined) return '';
  if (often === 'hourly') return `${Number(minute)} * * * *`;
  return `${Number(minute)} ${Number(hour)} * * ${often === 'daily' ? '*' : weekday}`;
}
