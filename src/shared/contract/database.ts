import { z } from 'zod';
import { databaseErrors } from '../errors/database.ts';
import { metricMonthErrors } from '../errors/metric-months.ts';
import { driftChanges, driftKinds } from '../model/drift.ts';
import { proceduresOf, time } from './common.ts';

const month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  .describe('as 2026-05, in UTC');

const metricMonths = z.object({
  keepMonths: z.int().nullable().describe('whole months that stay beside the present one; null: all'),
  months: z.array(
    z.object({
      month,
      state: z.enum(['attached', 'detached']),
      bytes: z.number().describe('with indexes'),
      points: z.number().nullable().describe('an estimate; null: not known'),
    }),
  ),
});

const driftSchema = z.object({
  kind: z.enum(driftKinds),
  name: z.string(),
  change: z.enum(driftChanges),
  expected: z.string().nullable(),
  found: z.string().nullable(),
  commands: z.array(z.string()).describe('SQL, or of a MongoDB for mongosh, one after the other'),
  losesData: z.boolean(),
});

const { get, post, remove } = proceduresOf('database', { ...databaseErrors, ...metricMonthErrors });

export const databaseContract = {
  revisions: get('/database/revisions', 'The revisions of the schema, oldest first').output(
    z.object({
      revision: z.string().nullable(),
      head: z.string(),
      revisions: z.array(
        z.object({
          revision: z.string(),
          name: z.string(),
          appliedAt: time.nullable(),
          checksum: z.string().nullable().describe('SHA-256 of its file; null: this version has none'),
          edited: z.boolean(),
        }),
      ),
    }),
  ),
  check: get(
    '/database/check',
    'What differs from what the revisions make of an empty database, and of MongoDB from what is declared',
  ).output(z.object({ ok: z.boolean(), edited: z.array(z.string()), drift: z.array(driftSchema) })),
  months: get('/database/metrics', 'The months in which metrics lie, newest first').output(metricMonths),
  keep: post('/database/metrics', 'How many months of metrics stay; older ones are detached')
    .meta({ effect: 'needsNoRoom' })
    .input(z.object({ months: z.int().min(1).max(1200).nullable() }))
    .output(metricMonths),
  detach: post('/database/metrics/{month}/detach', 'Make a month a table of its own, which nothing reads')
    .meta({ effect: 'needsNoRoom' })
    .input(z.object({ month }))
    .output(metricMonths),
  attach: post('/database/metrics/{month}/attach', 'Put the points of a detached month back')
    .input(z.object({ month }))
    .output(metricMonths),
  drop: remove('/database/metrics/{month}', 'Drop a detached month with its points')
    .meta({ effect: 'needsNoRoom' })
    .input(z.object({ month }))
    .output(metricMonths),
};

export type MetricMonthsView = z.infer<typeof metricMonths>;
export type DriftView = z.infer<typeof driftSchema>;
