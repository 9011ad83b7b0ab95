import { z } from 'zod';
import { snapshotErrors } from '../errors/snapshots.ts';
import { comparedNouns, drillChecks } from '../model/snapshots.ts';
import { profiles } from '../model/stack.ts';
import { backupDestinationsContract } from './backup-destinations.ts';
import { backupEncryptionContract, snapshotKeySchema } from './backup-encryption.ts';
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
  who: z.string().nullable().describe('null: it is encrypted, and the key was not given'),
  version: z.string(),
  profile: z.enum(profiles),
  bytes: count.describe('of its files; what it has in common with another snapshot counts for both'),
  stores: snapshotStoresSchema,
  notKept: z
    .object({
      runs: z.array(z.string()).describe('runs that were not over: their run directories are not kept'),
      inPlace: z.array(z.object({ dataset: z.string(), version: count, source: z.string() })),
      lost: z.array(z.string()).describe('objects that the store had lost before'),
    })
    .nullable()
    .describe('null: it is encrypted, and the key was not given'),
  encryption: z
    .object({
      recipient: z.string(),
      hasPassphrase: z.boolean().describe('a passphrase opens the key that lies in it'),
    })
    .nullable()
    .describe('to whom it is encrypted; null: everybody can read it'),
  verifiedAt: time.nullable().describe('when all of it was last read and found whole'),
  provenAt: time
    .nullable()
    .describe('when it was last restored into stores of its own, and found to work there'),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

const listedSnapshotSchema = z.object({
  id: z.string(),
  path: z.string(),
  snapshot: snapshotSchema.nullable(),
  problem: sentences.nullable().describe('why its manifest cannot be used'),
});
export type ListedBackup = z.infer<typeof listedSnapshotSchema>;

const drillSchema = z.object({
  ok: z.boolean(),
  durationMs: count,
  checks: z.array(z.object({ check: z.enum(drillChecks), ok: z.boolean(), detail: z.string() })),
});
/** How the restored stores of a drill were found. */
export type DrillReport = z.infer<typeof drillSchema>;

const replacedSchema = z.object({
  at: time.describe('when it went out of service'),
  by: z
    .enum(['restore', 'revert'])
    .describe('revert: the state that is served now is the one from before a restore'),
  snapshot: z.object({ id: z.string(), at: time }).describe('the one that was restored'),
});
export type ReplacedState = z.infer<typeof replacedSchema>;

const backupOperationSchema = z.object({
  id: z.uuid(),
  kind: z.enum(['create', 'drill', 'restore', 'revert']),
  status: z.enum(['running', 'done', 'failed']),
  startedAt: time,
  /** What is done now, and how much of it: rows, documents, objects or files that are read; servers, checks and the switch have no number. */
  part: z.enum(['database', 'documents', 'keys', 'objects', 'verification', 'servers', 'checks', 'switch']),
  done: count,
  /** Grows with each change. */
  seq: count,
  snapshot: snapshotSchema.nullable(),
  drill: drillSchema.nullable(),
  leftOut: z.array(z.object({ en: z.string(), ko: z.string() })).describe('what a restore could not take'),
  error: workError.nullable(),
});
export type BackupOperation = z.infer<typeof backupOperationSchema>;

/** What a snapshot is asked for with. */
export const createBackupInput = z.strictObject({ why: z.string().trim().max(200).default('') });

const snapshotReference = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .describe('its id, the first characters of it, "last", or the absolute path of its folder');
const consent = {
  stopRuns: z
    .boolean()
    .default(false)
    .describe('cancel the runs that are under way, after a last checkpoint; else they refuse it'),
};

const named = { snapshot: snapshotReference, key: snapshotKeySchema.exactOptional() };

/** What a drill is asked for with. */
export const drillBackupInput = z.strictObject(named);

/** What a restore is asked for with. */
export const restoreBackupInput = z.strictObject({ ...named, ...consent });

const comparisonSchema = z.object({
  rows: z.array(z.object({ noun: z.enum(comparedNouns), now: count.nullable(), snapshot: count })),
  runsUnderWay: count.describe('runs that are not over, which a restore stops or is refused by'),
});
export type BackupComparison = z.infer<typeof comparisonSchema>;

export const backupsContract = {
  list: get('/backups', 'The snapshots in the state folder, the newest first').output(
    z.object({
      snapshots: z.array(listedSnapshotSchema),
      operation: backupOperationSchema
        .nullable()
        .describe('what is being done, or was done last since the engine was started'),
      replaced: replacedSchema
        .nullable()
        .describe('what the last restore took out of service, and `revert` brings back'),
    }),
  ),
  create: post('/backups', 'Make a snapshot of every store; `progress` reports how it goes on', {
    successStatus: 202,
  })
    .input(createBackupInput)
    .output(backupOperationSchema),
  drill: post(
    '/backups/drill',
    'Prove a snapshot: restore it into stores of its own, check and write there, and remove them',
    { successStatus: 202 },
  )
    .input(drillBackupInput)
    .output(backupOperationSchema),
  compare: get('/backups/compare', 'What a restore would change: how much there is now and in the snapshot')
    .input(z.strictObject({ snapshot: snapshotReference }))
    .output(comparisonSchema),
  restore: post(
    '/backups/restore',
    'Restore a snapshot beside what is served, and switch to it once it works; what was served is kept',
    { successStatus: 202 },
  )
    .input(restoreBackupInput)
    .output(backupOperationSchema),
  revert: post('/backups/revert', 'Go back to what was served before the last restore, and keep that one', {
    successStatus: 202,
  })
    .meta({ effect: 'needsNoRoom' })
    .input(z.strictObject(consent))
    .output(backupOperationSchema),
  discard: post('/backups/discard', 'Remove what the last restore took out of service')
    .meta({ effect: 'needsNoRoom' })
    .input(z.strictObject({}))
    .output(z.strictObject({})),
  progress: get('/backups/progress', 'What is being done with snapshots, or was done last; waits for changes')
    .input(
      z.strictObject({ operation: z.uuid(), after: z.coerce.number().pipe(z.int()).default(-1), waitMs }),
    )
    .output(backupOperationSchema),
  ...backupScheduleContract,
  ...backupEncryptionContract,
  ...backupDestinationsContract,
};
