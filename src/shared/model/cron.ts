import { type Bilingual, phrase } from '../errors/entry.ts';

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly least: number;
  readonly most: number;
  /** From the least number on. */
  readonly names: readonly string[];
  readonly title: Bilingual;
}

const fields: readonly [Field, Field, Field, Field, Field] = [
  { least: 0, most: 59, names: [], title: { en: 'minute (0 to 59)', ko: '분(0~59)' } },
  { least: 0, most: 23, names: [], title: { en: 'hour (0 to 23)', ko: '시(0~23)' } },
  { least: 1, most: 31, names: [], title: { en: 'day of the month (1 to 31)', ko: '일(1~31)' } },
  {
    least: 1,
    most: 12,
    names: months,
    title: { en: 'month (1 to 12, or JAN to DEC)', ko: '월(1~12 또는 JAN~DEC)' },
  },
  {
    ...{ least: 0, most: 7, names: weekdays },
    title: {
      en: 'day of the week (0 to 7, or SUN to SAT; 0 and 7 are Sunday)',
      ko: '요일(0~7 또는 SUN~SAT, 0과 7은 일요일)',
    },
  },
];

/** A cron expression by the numbers that its fields name; null where a day field takes any day. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[] | null;
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[] | null;
}

/** What a text lacks to be a cron expression, in words that follow a colon. */
export interface CronFault {
  readonly reason: Bilingual;
}

/**
 * Reads a cron expression of five fields: numbers, names of months and weekdays, ranges, lists, and steps of `*` or of a range. Where both
 * the day of the month and the day of the week name days, either is enough, as in every cron.
 */
export function readCron(text: string): Cron | CronFault {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 5 || text.trim() === '')
    return {
      reason: phrase(
        'it has {count} {count|field|fields}, not five',
        '필드가 다섯이 아니라 {count}개입니다',
        {
          count: text.trim() === '' ? 0 : parts.length,
        },
      ),
    };
  const read: (readonly number[])[] = [];
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? '';
    const numbers = numbersOf(part, field);
    if (!numbers)
      return {
        reason: phrase('"{part}" is no {title}', '"{part}"{part|은|는} {title} 자리에 쓸 수 없습니다', {
          part,
          title: field.title,
        }),
      };
    read.push(numbers);
  }
  const [minutes = [], hours = [], days = [], monthNumbers = [], weekdayNumbers = []] = read;
  return {
    ...{ minutes, hours, months: monthNumbers },
    days: parts[2] === '*' ? null : days,
    weekdays: parts[4] === '*' ? null : sorted(weekdayNumbers.map((day) => day % 7)),
  };
}

const sorted = (numbers: readonly number[]) => [...new Set(numbers)].sort((one, other) => one - other);

/** The numbers that a field names; null where it is none. */
function numbersOf(text: string, field: Field): readonly number[] | null {
  const found: number[] = [];
  for (const part of text.split(',')) {
    const [, from = '', to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const isStar = from === '*';
    const by = step === undefined ? 1 : Number(step);
    // A step of one number alone means different things to different crons.
    if (from === '' || by === 0 || (isStar ? to !== undefined : to === undefined && step !== undefined))
      return null;
    // Of a week that goes around once: 7 would be Sunday twice.
    const first = isStar ? field.least : numberOf(from, field);
    const last = isStar
      ? Math.min(field.most, field.names === weekdays ? 6 : field.most)
      : numberOf(to ?? from, field);
    if (first === null || last === null) return null;
    // As in FRI-SUN.
    const end = last === 0 && first > 0 && field.names === weekdays ? 7 : last;
    if (end < first) return null;
    for (let number = first; number <= end; number += by) found.push(number);
  }
  return sorted(found);
}

function numberOf(text: string, { least, most, names }: Field): number | null {
  const named = names.indexOf(text.toUpperCase());
  if (named !== -1) return named + least;
  if (!/^\d{1,2}$/.test(text)) return null;
  const number = Number(text);
  return number >= least && number <= most ? number : null;
}
