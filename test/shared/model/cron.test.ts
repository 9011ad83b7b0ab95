import { expect, test } from 'vitest';
import { readCron } from '../../../src/shared/model/cron.ts';

const reasonOf = (text: string) => {
  const read = readCron(text);
  return 'reason' in read ? read.reason : null;
};

test('a cron expression is read by its numbers, names, ranges, lists and steps', () => {
  const all = (most: number, least = 0) => Array.from({ length: most - least + 1 }, (_, at) => at + least);
  expect(readCron('0 3 * * *')).toEqual({
    ...{ minutes: [0], hours: [3], days: null, months: all(12, 1), weekdays: null },
  });
  expect(readCron(' */20  9-17/4 1,15,L * * ')).toHaveProperty('reason');
  expect(readCron(' */20  9-17/4 1,15 jan,12 fri-SUN ')).toEqual({
    ...{ minutes: [0, 20, 40], hours: [9, 13, 17], days: [1, 15], months: [1, 12], weekdays: [0, 5, 6] },
  });
  expect(readCron('* * * * 7')).toMatchObject({ minutes: all(59), hours: all(23), weekdays: [0] });
  expect(readCron('0 0 */10 * */2')).toMatchObject({ days: [1, 11, 21, 31], weekdays: [0, 2, 4, 6] });
});

test('what is no cron expression is refused by the field that is wrong, in both languages', () => {
  expect(reasonOf('')).toEqual({ en: 'it has 0 fields, not five', ko: '필드가 다섯이 아니라 0개입니다' });
  expect(reasonOf('@daily')?.en).toBe('it has 1 field, not five');
  expect(reasonOf('0 3 * * * *')?.en).toBe('it has 6 fields, not five');
  expect(reasonOf('61 * * * *')).toEqual({
    ...{ en: '"61" is no minute (0 to 59)', ko: '"61"은 분(0~59) 자리에 쓸 수 없습니다' },
  });
  expect(reasonOf('0 24 * * *')?.en).toBe('"24" is no hour (0 to 23)');
  expect(reasonOf('0 3 0 * *')?.en).toContain('day of the month');
  expect(reasonOf('0 3 * FEBRUARY *')?.en).toContain('"FEBRUARY" is no month');
  expect(reasonOf('0 3 * * 8')?.en).toContain('day of the week');
  for (const minute of [
    '',
    '-1',
    '5-',
    '9-3',
    '1-3-5',
    '5/2',
    '*/0',
    '1,,2',
    '*-3',
    '1.5',
    '０',
    '0x1',
    '1e1',
  ])
    expect(reasonOf(`${minute} 3 * * *`), minute).not.toBeNull();
});
