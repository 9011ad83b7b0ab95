import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Step, stepped } from '../../src/renderer/features/new-run/steps.ts';
import { importInput } from '../../src/shared/contract/datasets.ts';
import { projectFields } from '../../src/shared/contract/projects.ts';
import { createRunInput } from '../../src/shared/contract/runs.ts';
import { limitsOf, rangeOf } from '../../src/shared/model/limits.ts';
import { isInRange } from '../../src/shared/model/number-range.ts';
import { readNumber } from '../../src/shared/model/number-text.ts';

test.each([
  ['1e-4', 1e-4],
  ['3E-4', 3e-4],
  ['1e9', 1e9],
  ['.001', 0.001],
  ['5.', 5],
  ['10,000', 10_000],
  ['1,234,567.5', 1_234_567.5],
  ['1_000', 1000],
  [' 12\u3000', 12],
  ['+3', 3],
  ['\u22120.5', -0.5],
  ['１０', 10],
  ['１ｅ－４', 1e-4],
  ['-0', 0],
])('%j is read as people mean it', (text, value) => {
  expect(readNumber(text)).toBe(value);
});

test.each([
  '',
  ' ',
  '0,001',
  '1,5',
  '1,0000',
  '10,00',
  '1__0',
  '_1',
  '0x10',
  '1e',
  'e5',
  '.',
  '--1',
  '1 000',
  'NaN',
  'Infinity',
  '1e400',
  '1e-400',
  '10²',
  '①',
  '64 images',
])('%j is no number, and none is made of it', (text) => {
  expect(readNumber(text)).toBeNull();
});

test('whatever number is written, in any of its forms, is read as the same number', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(finite, (value) => {
      const plain = value === 0 ? 0 : value;
      expect(readNumber(String(value))).toBe(plain);
      expect(readNumber(value.toExponential())).toBe(plain);
      const wide = String(value).replace(/[!-~]/g, (letter) =>
        String.fromCharCode(letter.charCodeAt(0) + 0xfee0),
      );
      expect(readNumber(wide)).toBe(plain);
    }),
  );
  fc.assert(
    fc.property(fc.integer(), (value) => {
      expect(readNumber(value.toLocaleString('en'))).toBe(value);
      expect(readNumber(value.toLocaleString('ko'))).toBe(value);
    }),
  );
});

test('any text gives a finite number or none, and never one that it does not begin with', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const value = readNumber(text);
      expect(value === null || Number.isFinite(value)).toBe(true);
    }),
  );
});

const range = (path: string) => {
  const found = rangeOf(path);
  if (!found) throw new Error(`${path} has no range`);
  return found;
};

test('ranges are the contract’s own', () => {
  expect(range('training.epochs')).toEqual({
    whole: true,
    min: 1,
    aboveMin: false,
    max: 100_000,
    belowMax: false,
  });
  expect(range('training.learningRate')).toMatchObject({ whole: false, min: 0, aboveMin: true, max: 100 });
  expect(range('training.momentum')).toMatchObject({ max: 1, belowMax: true });
  expect(range('training.earlyStop.patience')).toMatchObject({ min: 1, max: null });
  expect(range('dataset.imageSize')).toMatchObject({ whole: true, min: 1, max: 4096 });
  expect(rangeOf('training.optimizer')).toBeNull();
  expect(rangeOf('training.nothing')).toBeNull();
});

test('what texts and lists of the contract take is the contract’s own too, below optional, defaulted and trimmed', () => {
  expect(limitsOf(projectFields, 'name')).toEqual({ kind: 'text', min: 1, max: 255 });
  expect(limitsOf(projectFields, 'description')).toEqual({ kind: 'text', min: 0, max: 10_000 });
  expect(limitsOf(projectFields, 'tags')).toEqual({ kind: 'list', max: 50, each: 50 });
  expect(limitsOf(importInput, 'path')).toEqual({ kind: 'text', min: 1, max: null });
  expect(limitsOf(importInput, 'reading.classesAt')).toMatchObject({ kind: 'number', range: { max: 8 } });
  expect(limitsOf(createRunInput, 'overrides.training.epochs')).toMatchObject({
    kind: 'number',
    range: { whole: true, min: 1, max: 100_000 },
  });
  expect(limitsOf(importInput, 'mode')).toBeNull();
});

const rate: Step = { kind: 'decades', least: 1e-8 };

test('a learning rate steps along 1 and 3, a batch along powers of two, and none leaves its range', () => {
  const rates = range('training.learningRate');
  expect(stepped(0.001, true, rate, rates)).toBe(0.003);
  expect(stepped(0.001, false, rate, rates)).toBe(0.0003);
  expect(stepped(0.002, false, rate, rates)).toBe(0.001);
  expect(stepped(1e-8, false, rate, rates)).toBe(1e-8);
  expect(stepped(100, true, rate, rates)).toBe(100);
  const batches = range('training.batchSize');
  expect(stepped(64, true, { kind: 'double' }, batches)).toBe(128);
  expect(stepped(48, false, { kind: 'double' }, batches)).toBe(32);
  expect(stepped(1, false, { kind: 'double' }, batches)).toBe(1);
  expect(stepped(0.1, true, { kind: 'sum', by: 0.05 }, range('training.momentum'))).toBe(0.15);
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 1e3, noNaN: true }), fc.boolean(), (value, up) => {
      const next = stepped(value, up, rate, rates);
      expect(next === value || isInRange(next, rates)).toBe(true);
      expect(up ? next >= value : next <= value).toBe(true);
    }),
  );
});
