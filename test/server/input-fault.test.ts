import { expect, test } from 'vitest';
import { z } from 'zod';
import { inputFault } from '../../src/main/server/input-fault.ts';
import { nameOf } from '../../src/shared/contract/common.ts';
import { pullWeightsInput } from '../../src/shared/contract/weights.ts';
import { inLanguage } from '../../src/shared/errors/catalogue.ts';

const cases: readonly [string, z.ZodType, unknown, string, string][] = [
  ['an empty text', z.string().min(1), '', 'must not be empty', '1자 이상이어야 함'],
  ['a long text', z.string().max(3), 'long', 'must have at most 3 characters', '3자 이하여야 함'],
  ['a small number', z.number().min(2), 1, 'must be at least 2', '2 이상이어야 함'],
  ['a number at the edge', z.number().gt(0), 0, 'must be above 0', '0보다 커야 함'],
  ['a large number', z.number().lt(5), 5, 'must be below 5', '5보다 작아야 함'],
  [
    'too many entries',
    z.array(z.string()).max(1),
    ['a', 'b'],
    'must have at most 1 entries',
    '1개 이하여야 함',
  ],
  ['a text for a number', z.number(), 'one', 'must be of the type number', 'number 형식이어야 함'],
];

test.each(cases)(
  '%s is said to be wrong in English and in Korean, with the field',
  (_, schema, value, en, ko) => {
    const { error } = z.object({ field: schema }).safeParse({ field: value });
    const { record } = inputFault(error?.issues ?? []);
    expect(record.place).toEqual({ field: 'field' });
    expect(inLanguage(record, 'en').message).toContain(`field: ${en}`);
    expect(inLanguage(record, 'ko').message).toContain(`field: ${ko}`);
  },
);

test('a name that is unfit is said to be so in Korean too', () => {
  const { error } = z.object({ name: nameOf(255) }).safeParse({ name: 'two\nlines' });
  const { record } = inputFault(error?.issues ?? []);
  expect(inLanguage(record, 'en').message).toBe(
    'name: a name has no line breaks, control characters or marks of writing direction',
  );
  expect(inLanguage(record, 'ko').message).toMatch(/name: .*줄바꿈/);
  expect(inLanguage(record, 'ko').message).not.toContain('line breaks');
});

test('an address and a hash that are none are said in words, and in no pattern', () => {
  const { error } = pullWeightsInput.safeParse({ model: 'timm/resnet18', mirror: 'nope', sha256: 'abc' });
  const { record } = inputFault(error?.issues ?? []);
  expect(inLanguage(record, 'en').message).toBe(
    'mirror: an address is whole, as https://example.org; sha256: a SHA-256 has 64 digits of 0 to 9 and a to f',
  );
  expect(inLanguage(record, 'ko').message).toMatch(/mirror: 주소는 .*; sha256: SHA-256은 .*64자리/);
});

test('what Zod has words for is said in its own words of both languages', () => {
  const { error } = z.object({ id: z.uuid(), kind: z.enum(['a', 'b']) }).safeParse({ id: 'x', kind: 'c' });
  const { record } = inputFault(error?.issues ?? []);
  expect(inLanguage(record, 'ko').message).toMatch(/id: .*UUID.*; kind: .*[가-힣]/);
  expect(inLanguage(record, 'en').message).toMatch(/id: .*UUID.*; kind: /);
  expect(inLanguage(record, 'en').message).not.toMatch(/[가-힣]/);
});
