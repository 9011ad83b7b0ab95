import { z } from 'zod';

/** The files by which engine and supervisor speak (docs/run-directory.md). */
const timestamp = z.iso.datetime().transform((text) => new Date(text));

/** `supervisor.json`: written before the trainer is started (`trainerPid` null) and again when it was. */
export const supervisorRecordSchema = z.object({
  pid: z.int().positive(),
  startedAt: timestamp,
  trainerPid: z.int().positive().nullable(),
  /** The container that it runs in, and the image of that; left out without one. */
  container: z.object({ id: z.string(), image: z.string() }).optional(),
});
export type SupervisorRecord = z.output<typeof supervisorRecordSchema>;
export type SupervisorRecordFile = z.input<typeof supervisorRecordSchema>;

/** `exit.json`: how the trainer ended. */
export const exitRecordSchema = z.object({
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  cause: z.enum(['exited', 'signalled', 'cancelled', 'spawn_failed']),
  message: z.string().optional(),
  /** The trainer failed, and the disk with the run directory had nothing left to speak of then. */
  diskSpent: z.boolean().optional(),
  /** It was killed because it used more memory than its limit, or than there was. */
  outOfMemory: z.boolean().optional(),
  startedAt: timestamp,
  endedAt: timestamp,
});
export type ExitRecord = z.output<typeof exitRecordSchema>;
export type ExitRecordFile = z.input<typeof exitRecordSchema>;

/** `cancel`: the run is to stop; what is left of the trainer after the grace is killed. */
export const cancelSchema = z.object({ graceMs: z.int().min(0) });
