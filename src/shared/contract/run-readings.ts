import { z } from 'zod';
import { time } from './common.ts';

/**
 * Values by name; not-finite ones, and those JSON numbers cannot hold, are strings ("NaN", "Infinity", "-Infinity"). Not zod's
 * record, which drops the name `__proto__`: to a trainer it is a name like others.
 */
export const metricValues = z.custom<Record<string, number | string>>(isMetricValues, {
  error: 'not an object of numbers and strings by name',
});

function isMetricValues(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return Object.values(given).every((value) => typeof value === 'number' || typeof value === 'string');
}

/** One entry of a run's journal. `seq` is run-wide and dense; `attemptSeq` is the number the trainer gave. */
export const runEventSchema = z.object({
  seq: z.int(),
  attempt: z.int().nullable(),
  attemptSeq: z.int().nullable(),
  time,
  type: z.enum([
    'state',
    'attempt',
    'progress',
    'metric',
    'log',
    'checkpoint',
    'artifact',
    'result',
    'config',
  ]),
  /** By type: state {from, to, cause?, message?}; attempt {from, to, cause?, exitCode?, …}; metric {epoch, step, values}; log {level, source, message, context?}; others as docs/run-directory.md. */
  data: z.record(z.string(), z.unknown()),
});
export type RunEvent = z.infer<typeof runEventSchema>;

export const metricPointSchema = z.object({
  seq: z.int(),
  attempt: z.int(),
  attemptSeq: z.int(),
  step: z.int(),
  /** May have a fraction. */
  epoch: z.number(),
  time,
  values: metricValues,
});
export type MetricPoint = z.infer<typeof metricPointSchema>;

/** A chart's line: columns of equal length, in order. A bucket of width 1 is a point: min = max = mean. Steps are the buckets' last steps. */
export const seriesSchema = z.object({
  name: z.string(),
  attempt: z.int(),
  /** Points a full bucket holds. */
  width: z.int(),
  step: z.array(z.int()),
  epoch: z.array(z.number()),
  min: z.array(z.number().nullable()),
  max: z.array(z.number().nullable()),
  mean: z.array(z.number().nullable()),
  count: z.array(z.int()),
  /** Points in the series in all, and how many of them were not finite. */
  total: z.int(),
  nonFinite: z.int(),
});
export type Series = z.infer<typeof seriesSchema>;

export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
export const logLineSchema = z.object({
  /** The line's place in the run's log, from 0, over all attempts. */
  line: z.int(),
  attempt: z.int(),
  time,
  level: z.enum(logLevels),
  source: z.enum(['trainer', 'sidecar', 'platform']),
  stream: z.enum(['event', 'stdout', 'stderr', 'platform']),
  message: z.string(),
  context: z.object({ epoch: z.number().optional(), step: z.int().optional() }).optional(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** Lines of standard output and error that have no newline yet, as they look now: a progress bar under way. */
export const movingLinesSchema = z.object({
  /** Changes whenever they do. */
  version: z.string(),
  lines: z.array(
    z.object({
      attempt: z.int(),
      stream: z.enum(['stdout', 'stderr']),
      time,
      /** The end of it, where it is long. */
      message: z.string(),
    }),
  ),
});
export type MovingLines = z.infer<typeof movingLinesSchema>;
