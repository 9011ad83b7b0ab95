import { createHash, randomUUID } from 'node:crypto';
import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import type { Script } from '../../../shared/model/script-schema.ts';
import type { TrainingConfig } from '../../../shared/model/training-config.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import type { ChosenExecutor } from './choose-executor.ts';
import type { RunNotifier } from './run-notifier.ts';
import { changeRunStatus, countNamed, findRunByRequest, insertRun } from './run-rows.ts';

/** A request that is sent again makes the same id, so that what a killed one left behind is overwritten. */
function idFor(requestId: string | undefined): string {
  if (requestId === undefined) return randomUUID();
  const hex = createHash('sha256').update(`run:${requestId}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** What a run is queued with. */
export interface Queueing {
  readonly db: Db;
  readonly documents: DocumentStore;
  readonly notifier: RunNotifier;
  readonly audit: RecordAudit;
}

/** A run that was looked at and may be queued. */
export interface CheckedRun {
  readonly executor: ChosenExecutor;
  /** Kept as a document, and in its journal. */
  readonly trained: { readonly config: TrainingConfig } | { readonly script: Script };
  /** What its name begins with where the request has none; a number follows. */
  readonly namePrefix: string;
  /** What the audit log says of it. */
  readonly audited: object;
  /** Locks what must be there as long as the run is made. @throws TrainyardError where it is gone */
  lock(tx: Tx): Promise<void>;
  /** Adds the rows of its own behind the run's. */
  insert(tx: Tx, runId: string): Promise<void>;
  readonly epochs: number | null;
  readonly gpuCount: number;
}

/** Queues a run. The same `requestId` again answers the same run. */
export async function queueRun(
  { db, documents, notifier, audit }: Queueing,
  { userId, projectId, request }: { userId: string; projectId: string; request: CreateRunInput },
  run: CheckedRun,
): Promise<{ runId: string }> {
  const { requestId, source } = request;
  const { trained, executor, epochs, gpuCount } = run;
  const runId = idFor(requestId);
  failpoint('run.create.document.before');
  // Before the rows: a run always has its document, and a document without a run is swept or overwritten.
  await documents.put('training_configs', {
    id: `${runId}:1`,
    workflowId: runId,
    version: 1,
    ...trained,
    source,
    createdAt: new Date().toISOString(),
  });
  failpoint('run.create.document.after');
  failpoint('run.create.rows.before');
  const name = await db.transaction(async (tx) => {
    await run.lock(tx);
    const { namePrefix } = run;
    const name = request.name ?? `${namePrefix}${(await countNamed(tx, projectId, namePrefix)) + 1}`;
    const isNew = await insertRun(tx, {
      ...{ id: runId, projectId, userId, name, executor: executor.name, epochs, gpuCount },
      description: request.description ?? null,
      requestId: requestId ?? null,
      priority: request.priority,
    });
    if (!isNew) return null;
    await run.insert(tx, runId);
    await appendToJournal(tx, runId, null, 'state', { from: null, to: 'pending' });
    await appendToJournal(tx, runId, null, 'config', { version: 1, source, ...trained, executor });
    await changeRunStatus(tx, { id: runId, status: 'pending' }, 'queued', { queuedAt: new Date() });
    return name;
  });
  if (name === null) {
    // Another call with this request id committed first.
    const made = requestId === undefined ? null : await findRunByRequest(db, requestId);
    if (made === null) throw new Error(`run ${runId} was refused and is not there`);
    return { runId: made };
  }
  failpoint('run.create.rows.after');
  notifier.projectChanged(projectId);
  await notifier.changed(runId);
  await notifier.requestMove(runId);
  await audit({
    userId,
    action: 'workflow.create',
    resource: { type: 'workflow', id: runId },
    after: { name, projectId, ...run.audited },
  });
  return { runId };
}
