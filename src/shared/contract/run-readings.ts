import { z } from 'zod';
import { runErrors } from '../errors/runs.ts';
import { logLevels } from '../model/log-levels.ts';
import { metricValues } from '../model/metrics-by-name.ts';
import { journalCursor, proceduresOf, time, waitMs } from './common.ts';

const { get } = proceduresOf('runs', runErrors);

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
  /** By type: state {from, to, cause?, message?}; attempt {from, to, cause?, exitCode?, …}, or {cause?, message} of what became of its artifacts; metric {epoch, step, values}; log {level, source, message, context?}; others as docs/run-directory.md. */
  data: z.record(z.string(), z.unknown()),
});
export type RunEvent = z.infer<typeof runEventSchema>;

const metricPointSchema = z.object({
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
const seriesSchema = z.object({
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

/** New points of a chart's line: columns of equal length, in order. */
const liveLineSchema = z.object({
  name: z.string(),
  attempt: z.int(),
  /** Of a point, or of the last one in a bucket. */
  step: z.array(z.int()),
  /** A point's value, or a bucket's mean; null where nothing is finite. */
  mean: z.array(z.number().nullable()),
  /** Where there were too many points for a screen: what the buckets hold. */
  merged: z
    .object({
      min: z.array(z.number().nullable()),
      max: z.array(z.number().nullable()),
      /** Points that are finite. */
      finite: z.array(z.int()),
      count: z.array(z.int()),
    })
    .nullable(),
});
export type LiveLine = z.infer<typeof liveLineSchema>;

const livePageSchema = z.object({
  /** The points after the cursor, up to `next`. */
  lines: z.array(liveLineSchema),
  next: journalCursor,
  /** The most steps that an epoch of these points has taken; 0: unknown. */
  stepsPerEpoch: z.number(),
  /** All points that follow and are not stored yet, instead of those of the page before. */
  ahead: z.array(liveLineSchema),
  /** Changes whenever `ahead` may. */
  version: z.string(),
  more: z.boolean(),
  ended: z.boolean(),
});
export type LivePage = z.infer<typeof livePageSchema>;

const logLineSchema = z.object({
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
const movingLinesSchema = z.object({
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

/** A run as an address names it. */
export const namedRun = z.object({ run: z.uuid() });
/** A whole number, which an address has as text. */
export const queryInt = z.coerce.number().pipe(z.int());

/** What is read of a run as it goes on: each by a place from which a reader goes on. */
export const runReadings = {
  events: get('/runs/{run}/events', 'The journal after a cursor; waits for changes', {
    description:
      'Answers as soon as something stands after the cursor, or empty when the wait is over. `ended` is true once the run is over and nothing stands after `next`.',
  })
    .input(
      namedRun.extend({
        after: queryInt.pipe(journalCursor).default(0),
        limit: queryInt.pipe(z.int().min(1).max(10_000)).default(1000),
        types: z
          .string()
          .max(200)
          .optional()
          .describe('comma-separated: only events of these types; `next` goes on over the others'),
        waitMs,
      }),
    )
    .output(z.object({ events: z.array(runEventSchema), next: journalCursor, ended: z.boolean() })),
  metrics: get('/runs/{run}/metrics', 'Metric points after a cursor, exact; waits for changes')
    .input(
      namedRun.extend({
        after: queryInt.pipe(journalCursor).default(0),
        limit: queryInt.pipe(z.int().min(1).max(50_000)).default(10_000),
        waitMs,
      }),
    )
    .output(
      z.object({
        metrics: z.array(metricPointSchema),
        next: journalCursor,
        more: z.boolean(),
        ended: z.boolean(),
      }),
    ),
  series: get('/runs/{run}/series', 'Chart lines from rollups: cost does not grow with the run', {
    description:
      'Go on from `cursor` with `metrics` for what is new. With fromStep and toStep: that window, finer.',
  })
    .input(
      namedRun.extend({
        names: z
          .string()
          .max(4000)
          .optional()
          .describe(
            'comma-separated; all where left out. A comma or a backslash that belongs to a name, and a blank at either end of one, has a backslash before it: `loss\\, total`',
          ),
        maxPoints: queryInt.pipe(z.int().min(16).max(16_384)).default(8192).describe('for each line'),
        fromStep: queryInt.optional(),
        toStep: queryInt.optional(),
      }),
    )
    .output(z.object({ series: z.array(seriesSchema), cursor: journalCursor })),
  live: get(
    '/runs/{run}/live',
    'What is new of the chart lines, also before it is stored; waits for changes',
    {
      description:
        'Go on from `next` and `version`. Each answer has everything up to now: a reader that asks less often gets buckets, never a backlog. ' +
        "What is `ahead` is in the run's files and becomes `lines` once it is stored; each answer has all of it anew.",
    },
  )
    .input(
      namedRun.extend({
        after: queryInt.pipe(journalCursor).default(0),
        upTo: queryInt.pipe(journalCursor).optional().describe('no further than this, and nothing ahead'),
        seen: z.string().max(200).default('').describe('the `version` of the last answer'),
        waitMs,
      }),
    )
    .output(livePageSchema),
  logs: get('/runs/{run}/logs', 'Log lines from a place in the log; waits for changes', {
    description:
      '`from` counts from the start, or from the end where it is negative (-200: the last 200 lines). Filters leave lines out but never move `next`.',
  })
    .input(
      namedRun.extend({
        from: queryInt.default(0),
        limit: queryInt.pipe(z.int().min(1).max(10_000)).default(1000),
        level: z.enum(logLevels).optional().describe('this level and above'),
        search: z.string().max(500).optional().describe('case-insensitive substring'),
        waitMs,
        movingSeen: z
          .string()
          .max(200)
          .optional()
          .describe('the version of the moving lines that one has: another one ends the wait too'),
      }),
    )
    .output(
      z.object({
        lines: z.array(logLineSchema),
        next: z.int(),
        total: z.int(),
        ended: z.boolean(),
        moving: movingLinesSchema,
      }),
    ),
};
