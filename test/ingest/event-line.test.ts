import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseEventLine } from '../../src/main/domain/ingest/event-line.ts';
import { parseEventTime } from '../../src/main/domain/ingest/event-time.ts';

const count = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const metricName = z.string().regex(/^[A-Za-z0-9_./@-]{1,128}$/);
const values = z.record(metricName, z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]));
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
    epoch: count,
    epochs: count,
    step: count,
    steps: count,
    etaMs: z.number().min(0).nullish(),
  }),
  z.looseObject({ ...numbered, type: z.literal('metric'), epoch: count, step: count, values }),
  z.looseObject({
    ...numbered,
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warning', 'error']),
    message: z.string(),
    context: z.looseObject({ epoch: count.optional(), step: count.optional() }).nullish(),
  }),
  z.looseObject({
    ...numbered,
    type: z.literal('checkpoint'),
    path,
    epoch: count,
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
  });
  const log =
    '{"seq": 1, "time": "2026-11-23T22:40:31.123Z", "type": "log", "level": "info", "message": "loss is NaN, \\"Infinity\\"", "x": NaN}';
  expect(parseEventLine(log)).toMatchObject({ type: 'log', message: 'loss is NaN, "Infinity"' });
  expect(parseEventLine('{"seq": NaN}')).toMatchObject({ type: 'fault' });
  expect(parseEventLine('{NaN')).toMatchObject({ type: 'fault', reason: 'not JSON' });
});
