import { z } from 'zod';
import { workError } from './common.ts';

const importPhases = [
  'counting',
  'validating',
  'storing',
  'committing',
  'cancelling',
  'done',
  'failed',
  'cancelled',
] as const;
export type ImportPhase = (typeof importPhases)[number];

/** Whether a check or an import in this phase is over. */
export function isOver(phase: ImportPhase): boolean {
  return phase === 'done' || phase === 'failed' || phase === 'cancelled';
}

/** How far a check or an import is; `done` and `total` are files of the present phase. */
export const fileProgressSchema = z.object({
  phase: z.enum(importPhases),
  done: z.int(),
  /** Null until it is known: while files are counted, and in archives that have no list of their files. */
  total: z.int().nullable(),
  /** Files a second, of the last ten seconds; null until it is known. */
  rate: z.number().nullable(),
  /** An estimate for this phase; null if none can be made. */
  secondsLeft: z.int().nullable(),
  error: workError.nullable(),
});

export type WorkError = NonNullable<z.infer<typeof fileProgressSchema>['error']>;

export const importProgressSchema = fileProgressSchema.extend({ id: z.uuid() });
