import { expect, test } from 'vitest';
import { setSettingInput } from '../../../src/shared/contract/settings.ts';

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
