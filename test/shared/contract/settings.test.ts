import { expect, test } from 'vitest';
import { inputFault } from '../../../src/main/server/input-fault.ts';
import { setSettingInput } from '../../../src/shared/contract/settings.ts';
import { inLanguage } from '../../../src/shared/errors/catalogue.ts';

const isTaken = (value: string) => setSettingInput.safeParse({ name: 'hubMirror', value }).success;

test.each([
  'https://kim:pw@mirror.example',
  'ht\ntps://kim:pw@mirror.example',
  'https://mirror.example?token=secret',
  'https://mirror.example/#kim:pw',
  'https://mirror\n.example',
  'file:///etc/passwd',
])('an address that may hold a secret, or is no place, is no setting: %j', (value) => {
  expect(isTaken(value)).toBe(false);
});

test.each(['https://mirror.example', 'http://10.0.0.3:8080/hub/', ' https://mirror.example\n'])(
  'an address is: %j',
  (value) => {
    expect(isTaken(value)).toBe(true);
  },
);

test.each([
  ['hubToken', ' '],
  ['hubToken', 'x'.repeat(1001)],
  ['hubMirror', ''],
  ['hubMirror', `https://${'x'.repeat(2000)}`],
  ['trainerWheels', 'x'.repeat(4097)],
])('%s of %j is said to be wrong once, and in Korean too', (name, value) => {
  const { record } = inputFault(setSettingInput.safeParse({ name, value }).error?.issues ?? []);
  expect(inLanguage(record, 'en').message).not.toContain('; ');
  expect(inLanguage(record, 'ko').message).toMatch(/^입력이 올바르지 않습니다\(value: [가-힣0-9]/);
});
