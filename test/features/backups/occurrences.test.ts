import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Occurrences, occurrencesOf } from '../../../src/main/features/backups/occurrences.ts';
import { passedTimes } from './support/wall-clock.ts';

const zones = ['UTC', 'Asia/Seoul', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const;

const [from, to] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2028-01-01T00:00:00Z')];
const iso = (at: number) => new Date(at).toISOString();

function forwards({ next }: Occurrences, first = iso(from), end = iso(to)): string[] {
  const found: string[] = [];
  for (let at = next(iso(Date.parse(first) - 1)); at !== null && at < end; at = next(at)) found.push(at);
  return found;
}

function backwards({ latest }: Occurrences): string[] {
  const found: string[] = [];
  const before = (at: string) => latest(iso(Date.parse(at) - 1));
  for (let at = before(iso(to)); at !== null && at >= iso(from); at = before(at)) found.push(at);
  return found.reverse();
}

test.each(zones)(
  'in two years of %s every time occurs once: at the first of two, and right behind the gap where it is skipped',
  (zone) => {
    const quarters = fc.uniqueArray(fc.constantFrom<number[]>(0, 15, 30, 45), { minLength: 1, maxLength: 2 });
    // Around the changes of the clock, at noon, and every hour.
    const hours = fc.uniqueArray(fc.constantFrom<number[]>(0, 1, 2, 3, 12, 23), {
      minLength: 1,
      maxLength: 2,
    });
    const days = fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(quarters, hours, days, (minutes, hourList, weekdays) => {
        const cron = `${minutes.join(',')} ${hourList.join(',')} * * ${weekdays?.join(',') ?? '*'}`;
        const expected = passedTimes(
          ...([zone, from, to] as const),
          (wall) =>
            minutes.includes(wall.getUTCMinutes()) &&
            hourList.includes(wall.getUTCHours()) &&
            (weekdays === null || weekdays.includes(wall.getUTCDay())),
        );
        const occurrences = occurrencesOf({ cron, zone });
        expect(forwards(occurrences), cron).toEqual(expected);
        expect(backwards(occurrences), cron).toEqual(expected);
      }),
      {
        numRuns: 3,
        examples: [
          [[30], [2], null],
          [[0, 45], [1, 2], null],
        ],
      },
    );
  },
);

test('wildcards and steps keep to the same rule as the numbers that they stand for', () => {
  const pairs = [
    ['*/30 2 * * *', '0,30 2 * * *'],
    ['0 */2 * * *', '0 0,2,4,6,8,10,12,14,16,18,20,22 * * *'],
  ] as const;
  const ofYear = (cron: string) =>
    forwards(
      occurrencesOf({ cron, zone: 'Europe/Berlin' }),
      '2026-03-28T00:00:00.000Z',
      '2026-11-01T00:00:00.000Z',
    );
  for (const [short, long] of pairs) expect(ofYear(short)).toEqual(ofYear(long));
  const hourly = occurrencesOf({ cron: '0 * * * *', zone: 'America/New_York' });
  expect(hourly.next('2026-11-01T05:00:00.000Z')).toBe('2026-11-01T07:00:00.000Z');
  const skipped = occurrencesOf({ cron: '*/15 2 * * *', zone: 'Europe/Berlin' });
  expect(skipped.next('2026-03-28T12:00:00.000Z')).toBe('2026-03-29T01:00:00.000Z');
});

test('a time itself is its own latest occurrence, and not its own next one', () => {
  const { next, latest } = occurrencesOf({ cron: '0 3 * * *', zone: 'Asia/Seoul' });
  const at = '2026-12-01T18:00:00.000Z';
  expect(latest(at)).toBe(at);
  expect(latest('2026-12-01T17:59:59.999Z')).toBe('2026-11-30T18:00:00.000Z');
  expect(next(at)).toBe('2026-12-02T18:00:00.000Z');
  expect(next('2026-12-01T17:59:59.999Z')).toBe(at);
});

test('what is no schedule is refused by its field, with a hint', () => {
  const refused = (cron: string, zone = 'UTC') => {
    try {
      occurrencesOf({ cron, zone });
    } catch (error) {
      return error;
    }
    return null;
  };
  expect(refused('0 3 * *')).toMatchObject({ code: 'SCHEDULE_CRON_INVALID', place: { field: 'cron' } });
  for (const cron of ['0 0 30 2 *', '0 0 31 4,6 *'])
    expect(refused(cron)).toMatchObject({ code: 'SCHEDULE_NEVER_OCCURS', place: { field: 'cron' } });
  expect(refused('0 0 29 2 *')).toBeNull();
  for (const zone of ['Mars/Olympus', '', '+09:00', 'Asia/Seoul; DROP', '../etc'])
    expect(refused('0 3 * * *', zone), zone).toMatchObject({
      ...{ code: 'SCHEDULE_ZONE_UNKNOWN', place: { field: 'zone' } },
    });
});
