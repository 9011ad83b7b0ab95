import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countLines, toLines, toRows } from '../../../src/main/stores/documents/log-rows.ts';
import {
  arePrinted,
  decodeLines,
  encodeRows,
} from '../../../src/main/stores/documents/postgres/log-lines.ts';
import { workflowLogSchema } from '../../../src/main/stores/documents/schemas.ts';

const linesSchema = workflowLogSchema.unwrap().shape.logs;
const time = fc.constantFrom(
  ...['2026-11-29T10:00:00.000Z', '2026-11-29T10:00:00.001Z', '0000-01-01T00:00:00.000Z'],
  ...['2026-11-29T10:00:00Z', '2026-02-30T10:00:00.000Z', '+012026-01-01T00:00:00.000Z', ''],
);
const line = fc.record(
  {
    timestamp: time,
    level: fc.constantFrom('debug', 'info', 'warning', 'error', 'fatal'),
    source: fc.constantFrom('trainer', 'platform', 'elsewhere'),
    stream: fc.constantFrom('stdout', 'stderr'),
    message: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(7)),
    context: fc.constant({ step: 1 }),
  },
  { requiredKeys: ['timestamp', 'level', 'source', 'message'] },
);
const goodLine = line.filter((one) => linesSchema.safeParse([one]).success);

test('what is taken for a printed line fits the schema', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      fc.pre(arePrinted(toRows(lines)));
      expect(linesSchema.safeParse(lines).success).toBe(true);
    }),
  );
  const printed = {
    timestamp: '2026-11-29T10:00:00.000Z',
    level: 'info',
    source: 'trainer',
    stream: 'stdout',
  };
  expect(arePrinted(toRows([{ ...printed, message: 'a' }]))).toBe(true);
});

test('lines come back as they were, however they are put one behind the other', () => {
  fc.assert(
    fc.property(fc.array(goodLine), fc.nat(), (lines, at) => {
      const [one, other] = [encodeRows(toRows(lines.slice(0, at))), encodeRows(toRows(lines.slice(at)))];
      expect(decodeLines(one.text + other.text, JSON.parse)).toEqual(lines);
      expect(one.count + other.count).toBe(lines.length);
      const times = lines.map(({ timestamp }) => timestamp).sort();
      expect(encodeRows(toRows(lines))).toMatchObject({
        firstTime: times.at(0) ?? null,
        lastTime: times.at(-1) ?? null,
      });
    }),
  );
});

test('rows hold their lines in order, and printed ones that differ in their message alone share one', () => {
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const rows = toRows(lines);
      expect(toLines(rows)).toEqual(lines);
      expect(countLines(rows)).toBe(lines.length);
    }),
  );
  const printed = {
    timestamp: '2026-11-29T10:00:00.000Z',
    level: 'info',
    source: 'trainer',
    stream: 'stdout',
  };
  const lines = ['a', 'b', 'c'].map((message) => ({ ...printed, message }));
  expect(toRows(lines)).toEqual([{ shared: printed, messages: ['a', 'b', 'c'] }]);
  const errors = lines.map((one) => ({ ...one, stream: 'stderr' }));
  expect(toRows([...lines, ...errors])).toHaveLength(2);
});
