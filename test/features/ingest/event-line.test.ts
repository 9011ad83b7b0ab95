import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseEventTime } from '../../../src/main/features/ingest/event-fields.ts';
import { parseEventLine } from '../../../src/main/features/ingest/event-line.ts';

const count = z.int().min(0);
const epoch = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
/** Whatever is in it: what is no metric is left out. */
const values = z.looseObject({});
const path = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}\\]{1,1024}$/u)
  .refine((text) => text.split('/').every((part) => !['', '.', '..'].includes(part)));
const text = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,1024}$/u);
const numbered = { seq: z.int().min(1), time: z.iso.datetime({ offset: true }).regex(/^(?!0000)/) };

/** docs/run-directory.md, in the words of a schema. */
const eventSchema = z.discriminatedUnion('type', [
  z.looseObject({
    ...numbered,
    type: z.literal('progress'),
    epoch,
    epochs: epoch,
    step: count,
    steps: count,
    etaMs: z.number().min(0).nullish(),
  }),
  z.looseObject({ ...numbered, type: z.literal('metric'), epoch, step: count, values }),
  z.looseObject({
    ...numbered,
    type: z.literal('log'),
    message: z.string(),
  }),
  z.looseObject({
    ...numbered,
    type: z.literal('checkpoint'),
    path,
    epoch,
    step: count,
    kind: z.enum(['last', 'best']),
    metrics: values.optional(),
  }),
  z.looseObject({
    ...numbered,
    type: z.literal('artifact'),
    path,
    kind: z.enum(['model', 'confusion_matrix', 'per_class', 'predictions', 'image', 'other']),
    name: text,
    mediaType: text,
  }),
  z.looseObject({
    ...numbered,
    type: z.literal('result'),
    status: z.enum(['completed', 'cancelled', 'failed']),
    metrics: values,
    message: z.string().optional(),
  }),
]);

const examples: Record<string, unknown>[] = [
  { type: 'progress', epoch: 1, epochs: 2, step: 3, steps: 10, etaMs: 5 },
  { type: 'metric', epoch: 1, step: 3, values: { train_loss: 1.5, 'a/b@c.d-e': 'NaN' } },
  { type: 'log', level: 'info', message: 'hello', context: { epoch: 1, step: 2 } },
  { type: 'checkpoint', path: 'checkpoints/last', epoch: 1, step: 3, kind: 'last', metrics: { val_loss: 1 } },
  {
    type: 'artifact',
    path: 'artifacts/model.bin',
    kind: 'model',
    name: 'model',
    mediaType: 'application/octet-stream',
  },
  { type: 'result', status: 'completed', metrics: { val_loss: 0.25 }, message: 'done' },
];

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    '',
    0,
    -1,
    1.5,
    2 ** 31,
    -0,
    'NaN',
    'metric',
    [],
    {},
    true,
    '../x',
    '/x',
    'a//b',
    'a\\b',
    'last',
  ),
  fc.jsonValue(),
);
const event = fc
  .tuple(
    fc.constantFrom(...examples),
    fc.dictionary(
      fc.constantFrom(
        'seq',
        'time',
        'type',
        'epoch',
        'step',
        'values',
        'level',
        'message',
        'context',
        'path',
        'kind',
        'metrics',
        'status',
        'name',
        'mediaType',
        'etaMs',
        'steps',
        'more',
      ),
      odd,
      { maxKeys: 2 },
    ),
  )
  .map(([example, changes]) => ({ seq: 1, time: '2026-11-23T22:40:31.123Z', ...example, ...changes }));

test('the parser takes what the schema takes, and nothing else', () => {
  fc.assert(
    fc.property(event, (given) => {
      const line = JSON.stringify(given);
      const parsed = parseEventLine(line);
      const wanted = eventSchema.safeParse(JSON.parse(line));
      expect(parsed.type !== 'fault', `${line} → ${JSON.stringify(parsed)}`).toBe(wanted.success);
    }),
    { numRuns: 5000 },
  );
});

/** A metric's line with these values, as text. */
const metricLine = (json: string) =>
  `{"seq": 1, "time": "2026-11-23T22:40:31.123Z", "type": "metric", "epoch": 1, "step": 1, "values": ${json}}`;

/** What is kept of values, and the names of what is not. */
function read(json: string): { values: [string, unknown][]; leftOut: string[] } | string {
  const parsed = parseEventLine(metricLine(json));
  if (parsed.type !== 'metric') return parsed.type === 'fault' ? parsed.reason : parsed.type;
  return {
    values: Object.entries(parsed.values),
    leftOut: parsed.leftOut.map(({ name, fault }) => `${name} is ${fault}`),
  };
}

test('one bad value costs itself, not the line', () => {
  expect(
    read(
      '{"a": 1, "b": true, "c": "0.5", "d": {"util": 1}, "e": [0.1], "f": null, "g": nan, "h": -inf, "i": 2}',
    ),
  ).toEqual({
    values: [
      ['a', 1],
      ['f', null],
      ['i', 2],
    ],
    leftOut: [
      'b is true or false, not a number',
      'c is a text, not a number',
      'd is an object, not a number',
      'e is a list, not a number',
      'g is a text, not a number',
      'h is a text, not a number',
    ],
  });
});

test('a metric may be called anything that can be shown', () => {
  const names = [
    'metrics/mAP50(B)',
    'val loss',
    '정확도',
    '__proto__',
    'constructor',
    'a/../b',
    '--x',
    '.',
    '"q"',
  ];
  const json = `{${names.map((name, index) => `${JSON.stringify(name)}: ${index}`).join(', ')}}`;
  expect(read(json)).toEqual({ values: names.map((name, index) => [name, index]), leftOut: [] });
  const wrong = ['', '  ', 'a\nb', 'nul\u0000', '\ud800', 'x'.repeat(257), 'y'.repeat(100_000)];
  const bad = `{"good": 1, ${wrong.map((name) => `${JSON.stringify(name)}: 1`).join(', ')}}`;
  const found = read(bad);
  expect(found).toMatchObject({ values: [['good', 1]] });
  expect(typeof found === 'object' && found.leftOut).toHaveLength(wrong.length);
  for (const text of typeof found === 'object' ? found.leftOut : []) expect(text.length).toBeLessThan(200);
});

test('levels are known by the names that logging libraries have for them', () => {
  const level = (given: unknown) => {
    const parsed = parseEventLine(
      JSON.stringify({ seq: 1, time: '2026-11-23T22:40:31.123Z', type: 'log', level: given, message: 'm' }),
    );
    return parsed.type === 'log' ? [parsed.level, parsed.leftOut.length] : parsed;
  };
  expect(['warn', 'INFO', 'critical', 'FATAL', 'notset', 'Trace', 30, 10].map(level)).toEqual([
    ['warning', 0],
    ['info', 0],
    ['error', 0],
    ['error', 0],
    ['debug', 0],
    ['debug', 0],
    ['warning', 0],
    ['debug', 0],
  ]);
  expect(['loud', null, {}, '__proto__'].map(level)).toEqual(Array.from({ length: 4 }, () => ['info', 1]));
});

test('final values that JSON has no number for are strings, whoever writes them down', () => {
  const line = `{"seq": 1, "time": "2026-11-23T22:40:31.123Z", "type": "result", "status": "completed", "metrics": {"a": 1e999, "b": null, "c": -0.0, "d": NaN, "e": 1}}`;
  const parsed = parseEventLine(line);
  expect(parsed.type === 'result' && parsed.data.metrics).toEqual({
    a: 'Infinity',
    b: 'NaN',
    c: '-0',
    d: 'NaN',
    e: 1,
  });
});

test('a field of any depth costs no stack, and the rest of its event is kept', () => {
  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
  const line = `{"seq": 1, "time": "2026-11-23T22:40:31.123Z", "type": "result", "status": "completed", "metrics": {"a": 1}, "deep": ${deep}}`;
  expect(parseEventLine(line)).toEqual({
    type: 'result',
    seq: 1,
    time: Date.parse('2026-11-23T22:40:31.123Z'),
    data: { status: 'completed', metrics: { a: 1 } },
    leftOut: [{ name: 'deep', fault: 'nested deeper than 16 levels', grave: true }],
  });
});

test('a line of quotes and of words that are no numbers is read in a time that grows with its length alone', () => {
  const start = performance.now();
  for (const line of [`NaN${'"\\'.repeat(300_000)}`, `NaN ${'"'.repeat(900_001)}`, 'NaN '.repeat(250_000)]) {
    expect(parseEventLine(line)).toMatchObject({ type: 'fault', reason: 'not JSON' });
  }
  expect(performance.now() - start).toBeLessThan(5000);
});

test('times are understood as Date understands them', () => {
  fc.assert(
    fc.property(
      fc.date({
        min: new Date('0001-01-01'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      }),
      (time) => {
        expect(parseEventTime(time.toISOString())).toBe(time.getTime());
      },
    ),
  );
  expect(parseEventTime('2026-11-23T22:40:31Z')).toBe(Date.parse('2026-11-23T22:40:31Z'));
  expect(parseEventTime('2026-11-23T22:40:31.123456Z')).toBe(Date.parse('2026-11-23T22:40:31.123Z'));
  expect(parseEventTime('2026-11-23T22:40:31.1+09:00')).toBe(Date.parse('2026-11-23T22:40:31.100+09:00'));
  for (const wrong of [
    '2026-02-30T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    '2026-11-23T24:00:00.000Z',
    '2026-11-23 22:40:31.123Z',
    '0000-01-01T00:00:00.000Z',
    'yesterday',
    '2026-11-23T22:40:31.123',
    '2026-11-23T22:4x:31.123Z',
  ]) {
    expect(parseEventTime(wrong), wrong).toBeNaN();
  }
});

test('bare NaN and Infinity, as Python writes them, are numbers; inside of strings they are text', () => {
  const line =
    '{"seq": 1, "time": "2026-11-23T22:40:31.123Z", "type": "metric", "epoch": 1, "step": 1, "values": {"a": NaN, "b": -Infinity, "c": Infinity, "d": 1}}';
  expect(parseEventLine(line)).toMatchObject({
    type: 'metric',
    values: { a: 'NaN', b: '-Infinity', c: 'Infinity', d: 1 },
    leftOut: [],
  });
  const log =
    '{"seq": 1, "time": "2026-11-23T22:40:31.123Z", "type": "log", "level": "info", "message": "loss is NaN, \\"Infinity\\"", "x": NaN}';
  expect(parseEventLine(log)).toMatchObject({ type: 'log', message: 'loss is NaN, "Infinity"' });
  expect(parseEventLine('{"seq": NaN}')).toMatchObject({ type: 'fault' });
  expect(parseEventLine('{NaN')).toMatchObject({ type: 'fault', reason: 'not JSON' });
});
