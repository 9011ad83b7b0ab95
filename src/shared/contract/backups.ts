import { z } from 'zod';
import { snapshotErrors } from '../errors/snapshots.ts';
import { profiles } from '../model/stack.ts';
import { backupScheduleContract } from './backup-schedule.ts';
import { proceduresOf, sentences, time, waitMs, workError } from './common.ts';

const count = z.int();
const { get, post } = proceduresOf('backups', snapshotErrors);

/** What a snapshot holds of each store. */
const snapshotStoresSchema = z.object({
  database: z.object({ revision: z.string(), tables: count, rows: count }),
  documents: z.record(z.string(), count).describe('documents by collection'),
  keys: count.nullable().describe('keys of Redis; null where the profile keeps them in the database'),
  objects: z.object({ count, bytes: count }),
});

const snapshotSchema = z.object({
  id: z.string(),
  path: z.string().describe('its folder, on the engine’s machine'),
  at: time.describe('what the stores held at this time'),
  finishedAt: time,
  why: z.string(),
  who: z.string(),
  version: z.string(),
  profile: z.enum(profiles),
  bytes: count.describe('of its files; what it has in common with another snapshot counts for both'),
  stores: snapshotStoresSchema,
  notKept: z.object({
    runs: z.array(z.string()).describe('runs that were not over: their run directories are not kept'),
    inPlace: z.array(z.object({ dataset: z.string(), version: count, source: z.string() })),
    lost: z.array(z.string()).describe('objects that the store had lost before'),
  }),
  verifiedAt: time.nullable().describe('when all of it was last read and found whole'),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

const listedSnapshotSchema = z.object({
  id: z.string(),
  path: z.string(),
  snapshot: snapshotSchema.nullable(),
  problem: sentences.nullable().describe('why its manifest cannot be used'),
});
export type ListedBackup = z.infer<typeof listedSnapshotSchema>;

const backupOperationSchema = z.object({
  id: z.uuid(),
  status: z.enum(['running', 'done', 'failed']),
  startedAt: time,
  /** What is written now, and how much of it: rows, documents, objects, or files that are read back. */
  part: z.enum(['database', 'documents', 'keys', 'objects', 'verification']),
  done: count,
  /** Grows with each change. */
  seq: count,
  snapshot: snapshotSchema.nullable(),
  error: workError.nullable(),
});
export type BackupOperation = z.infer<typeof backupOperationSchema>;

/** What a snapshot is asked for with. */
export const createBackupInput = z.strictObject({ why: z.string().trim().max(200).default('') });

export const backupsContract = {
  list: get('/backups', 'The snapshots in the state folder, the newest first').output(
    z.object({
      snapshots: z.array(listedSnapshotSchema),
      operation: backupOperationSchema
        .nullable()
        .describe('what is being made, or was made last since the stores were opened'),
    }),
  ),
  create: post('/backups', 'Make a snapshot of every store; `progress` reports how it goes on', {
    successStatus: 202,
  })
    .input(createBackupInput)
    .output(backupOperationSchema),
  progress: get('/backups/progress', 'The snapshot that is being made, or was made last; waits for changes')
    .input(
      z.strictObject({ operation: z.uuid(), after: z.coerce.number().pipe(z.int()).default(-1), waitMs }),
    )
    .output(backupOperationSchema),
  ...backupScheduleContract,
};
