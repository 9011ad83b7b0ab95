import { z } from 'zod';
import { metricValues } from '../../../shared/model/metrics-by-name.ts';
import type { RollupState } from '../metrics/rollups.ts';

/** An attempt whose run directory is ingested. */
export interface IngestedAttempt {
  readonly runId: string;
  /** `workflow_runs.id` */
  readonly id: string;
  /** `workflow_runs.attempt`, from 1 */
  readonly attempt: number;
  /** Absolute. */
  readonly runDirectory: string;
}

const resultSchema = z.object({
  status: z.enum(['completed', 'cancelled', 'failed']),
  message: z.string().nullable(),
  /** Why it failed, in a word (docs/torch-trainer.md, "How it fails"); null where the trainer gave none. */
  cause: z.string().nullable().default(null),
  metrics: metricValues,
});

/** What the trainer has written so far, as far as it is committed. */
export interface IngestSummary {
  /** The trainer's last `result` event; null if it wrote none. */
  readonly result: Readonly<z.infer<typeof resultSchema>> | null;
  /** The newest checkpoint of kind `last` (of any kind where none is), its path relative to the run directory. */
  readonly checkpoint: { readonly path: string; readonly epoch: number; readonly step: number } | null;
  /** Lines of events.jsonl that were events. */
  readonly events: number;
  /** Lines of events.jsonl that were no events; each is in the log. */
  readonly badLines: number;
  /** Lines in the attempt's log. */
  readonly logLines: number;
}

/** How far an attempt's files are committed. */
export interface CursorPlace {
  readonly eventsOffset: number;
  /** The number of the last event. */
  readonly eventsSeq: number;
  readonly stdoutOffset: number;
  readonly stderrOffset: number;
  readonly logLines: number;
}

/** How many bytes of an attempt's files lie between two places. */
export function bytesBetween(from: CursorPlace, to: CursorPlace): number {
  const read = ({ eventsOffset, stdoutOffset, stderrOffset }: CursorPlace) =>
    eventsOffset + stdoutOffset + stderrOffset;
  return read(to) - read(from);
}

export interface StoredCursor extends CursorPlace {
  /** As {@link encodeState} made it; anything else counts as a fresh one's. */
  readonly state: unknown;
}

const files = z.array(z.enum(['events.jsonl', 'stdout.log', 'stderr.log'])).readonly();
const number = z.union([z.number(), z.string()]);

/** What else ingest must know to go on as if it had never stopped. */
const readingSchema = z.object({
  /** The number of the last line that left a gap behind: its successor is in order again. */
  gapSeq: z.int().nullable(),
  /** Lines since the last event that were none and had no number: so many numbers may be theirs. */
  unnumbered: z.int(),
  /** Files in the middle of a line that is too long: what is left of it is passed over. */
  skipping: files,
  /** Files that were found shorter than what was read of them. */
  shrunk: files,
  /** Files in whose place something was found that is no file, or may not be read. */
  unreadable: files.default([]),
  /** Lines of events.jsonl; null if they were not counted from its beginning (a cursor of an earlier version). */
  eventLines: z.int().nullable().default(null),
  /** What was left out of events: name, fault, how often. */
  leftOut: z
    .array(z.tuple([z.string(), z.string(), z.int()]).readonly())
    .readonly()
    .default([]),
  events: z.int(),
  badLines: z.int(),
  result: resultSchema.nullable(),
  checkpoint: z.object({ path: z.string(), epoch: z.number(), step: z.int(), kind: z.string() }).nullable(),
  /** Whether it was said that there are too many names. */
  namesReported: z.boolean(),
  /** What the platform said last. */
  said: z.string().nullable(),
});
export type ReadingState = Readonly<z.infer<typeof readingSchema>>;

const freshReadingState: ReadingState = {
  gapSeq: null,
  unnumbered: 0,
  skipping: [],
  shrunk: [],
  unreadable: [],
  eventLines: 0,
  leftOut: [],
  events: 0,
  badLines: 0,
  result: null,
  checkpoint: null,
  namesReported: false,
  said: null,
};

const stateSchema = readingSchema.extend({
  rollups: z.array(
    z
      .tuple([z.string(), z.int(), z.int(), number.nullable(), z.array(number)])
      .rest(z.array(number).length(11).nullable()),
  ),
});

/** The state of a cursor, as JSON. */
export function encodeState(reading: ReadingState, rollups: RollupState): object {
  return { ...reading, rollups };
}

/** What {@link encodeState} made; a fresh state where the cursor is new. @throws ZodError where it is neither */
export function decodeState(state: unknown): { reading: ReadingState; rollups: RollupState } {
  if (typeof state === 'object' && state !== null && Object.keys(state).length === 0) {
    return { reading: freshReadingState, rollups: [] };
  }
  const { rollups, ...reading } = stateSchema.parse(state);
  return { reading, rollups };
}
