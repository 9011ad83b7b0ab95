import { z } from 'zod';
import { importPhases } from '../model/import-phase.ts';
import { workError } from './common.ts';

/** How far a check or an import is; `done` and `total` are files of the present phase, and bytes while an archive is downloaded. */
export const fileProgressSchema = z.object({
  phase: z.enum(importPhases),
  done: z.int(),
  /** Null until it is known: while files are counted, and in archives that have no list of their files. */
  total: z.int().nullable(),
  /** Files (of a download bytes) a second, of the last ten seconds; null until it is known. */
  rate: z.number().nullable(),
  /** An estimate for this phase; null if none can be made. */
  secondsLeft: z.int().nullable(),
  error: workError.nullable(),
});

export type WorkError = NonNullable<z.infer<typeof fileProgressSchema>['error']>;

export const importProgressSchema = fileProgressSchema.extend({ id: z.uuid() });
