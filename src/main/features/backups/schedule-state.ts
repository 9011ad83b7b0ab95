import { z } from 'zod';
import type { KeptError } from '../../../shared/errors/error.ts';
import type { Occurrences } from './occurrences.ts';

const time = z.iso.datetime();
const parameter = z.union([z.string(), z.number(), z.object({ en: z.string(), ko: z.string() })]);
/** An error as the settings keep it. */
export const keptErrorSchema = z.object({
  ...{ code: z.string(), message: z.string(), hint: z.string() },
  parameters: z.record(z.string(), parameter),
  place: z.object({
    file: z.string().exactOptional(),
    line: z.number().exactOptional(),
    field: z.string().exactOptional(),
  }),
});

/** What a schedule has done, as the settings keep it. Times are UTC, ISO 8601. */
export const stateSchema = z.object({
  /** What occurred before is nothing that was missed. */
  since: time,
  /** Occurrences up to this one are over: their snapshot was made, later made up, or given up. */
  settled: time,
  /** The last of them for themselves: where the clock is put back far, they are not done again when it comes there. */
  done: z.array(time),
  /** Written before a snapshot is begun, and kept until its occurrence is over. */
  attempt: z
    .object({
      occurrence: time,
      count: z.int().min(1),
      at: time,
      isUnderWay: z.boolean(),
      /** Under which id it is written. */
      snapshot: z.string().nullable(),
    })
    .nullable(),
  last: z
    .object({
      occurrence: time,
      at: time,
      outcome: z.enum(['made', 'failed', 'skipped']),
      snapshot: z.string().nullable(),
      /** Why it failed; of one that was made, why old ones could not be removed. */
      error: keptErrorSchema.nullable(),
    })
    .nullable(),
  /** Ids of the snapshots that the schedule made: no others are counted or removed by its retention. */
  made: z.array(z.string()),
});
export type ScheduleState = z.infer<typeof stateSchema>;

/** How long the next attempt waits after each that failed; behind the last of them the occurrence is given up. */
const retryPausesMs = [60_000, 10 * 60_000, 60 * 60_000] as const;
export const mostAttempts = retryPausesMs.length + 1;

const dayMs = 24 * 60 * 60 * 1000;
const mostDone = 100;

const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/** That of a schedule that begins now: nothing was missed. What it made, or is making, stays its own. */
export const begun = (now: string, before: ScheduleState | null): ScheduleState => ({
  ...{ since: now, settled: now, done: before?.done ?? [] },
  attempt: before?.attempt?.isUnderWay ? before.attempt : null,
  ...{ last: before?.last ?? null, made: before?.made ?? [] },
});

/**
 * A clock that was put back by up to a day waits until it comes again to where it was: nothing is done twice. Put back further, it was
 * wrong before: what it makes occur from now on counts, but what was done for itself.
 */
function withClock(state: ScheduleState, now: string): ScheduleState {
  if (state.settled <= later(now, dayMs)) return state;
  const attempt = state.attempt && state.attempt.occurrence > now ? null : state.attempt;
  return { ...state, since: state.since < now ? state.since : now, settled: now, attempt };
}

/** When an attempt that failed is made again; at once where the clock was put back behind it. */
const retryAt = ({ at, count }: NonNullable<ScheduleState['attempt']>) =>
  later(at, retryPausesMs[count - 1] ?? 0);

/** What is to be done now: the occurrence that is due, or none, and when to look again; null: nothing will ever occur. Of several that were missed the last is due, for all of them. */
export function nextStep(
  before: ScheduleState,
  now: string,
  occurrences: Occurrences,
): { readonly state: ScheduleState; readonly due: string | null; readonly lookAt: string | null } {
  const state = withClock(before, now);
  const { attempt } = state;
  const latest = occurrences.latest(now);
  const isOpen = latest !== null && latest > state.settled && !state.done.includes(latest);
  const next = occurrences.next(now);
  if (isOpen && latest !== attempt?.occurrence) return { state, due: latest, lookAt: next };
  if (!attempt) return { state, due: null, lookAt: next };
  const again = retryAt(attempt);
  if (now >= again || now < attempt.at) return { state, due: attempt.occurrence, lookAt: next };
  return { state, due: null, lookAt: next !== null && next < again ? next : again };
}

/** With the intent to make a snapshot for an occurrence. */
export function intending(state: ScheduleState, occurrence: string, now: string): ScheduleState {
  const count = state.attempt?.occurrence === occurrence ? state.attempt.count + 1 : 1;
  return { ...state, attempt: { occurrence, count, at: now, isUnderWay: true, snapshot: null } };
}

/** The attempt writes its snapshot under an id. */
export const named = (state: ScheduleState, snapshot: string): ScheduleState => ({
  ...state,
  attempt: state.attempt && { ...state.attempt, snapshot },
});

function settled(state: ScheduleState, last: NonNullable<ScheduleState['last']>): ScheduleState {
  const { occurrence } = last;
  return {
    ...state,
    settled: occurrence > state.settled ? occurrence : state.settled,
    done: [...state.done, occurrence].slice(-mostDone),
    ...{ attempt: null, last },
  };
}

/** The attempt made its snapshot. */
export function succeeded(state: ScheduleState, snapshot: string, now: string): ScheduleState {
  const { attempt } = state;
  if (!attempt) return state;
  const { occurrence } = attempt;
  const last = { occurrence, at: now, outcome: 'made' as const, snapshot, error: null };
  return { ...settled(state, last), made: [...state.made, snapshot] };
}

/** The attempt failed: it is made again later, or given up. */
export function failed(state: ScheduleState, error: KeptError, now: string): ScheduleState {
  const { attempt } = state;
  if (!attempt) return state;
  const { occurrence, count } = attempt;
  const last = { occurrence, at: now, outcome: 'failed' as const, snapshot: null, error };
  if (count >= mostAttempts) return settled(state, last);
  return { ...state, last, attempt: { ...attempt, at: now, isUnderWay: false, snapshot: null } };
}

/** There was nothing to keep. */
export const skipped = (state: ScheduleState, occurrence: string, now: string): ScheduleState =>
  settled(state, { occurrence, at: now, outcome: 'skipped', snapshot: null, error: null });

/** When a failed attempt is made again; null: none waits. */
export const retryOf = ({ attempt }: ScheduleState): string | null =>
  attempt && !attempt.isUnderWay ? retryAt(attempt) : null;
