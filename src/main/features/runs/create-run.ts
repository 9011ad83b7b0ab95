import { createHash, randomUUID } from 'node:crypto';
import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Db, Tx } from '../../postgres/db.ts';
import { documentPages } from '../../stores/documents/pages.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { RecordAudit } from '../audit/audit-log.ts';
import {
  type DatasetRecord,
  type DatasetVersionRecord,
  findDataset,
  requireVersion,
} from '../datasets/dataset-rows.ts';
import { appendToJournal } from '../journal/journal-rows.ts';
import { findProject } from '../projects/project-rows.ts';
import { buildConfig } from '../training/build-config.ts';
import { chooseModel } from '../training/choose-model.ts';
import { chooseTask } from '../training/choose-task.ts';
import type { TrainableModels } from '../training/trainable-models.ts';
import { checkCards } from './cards.ts';
import { chooseExecutor } from './choose-executor.ts';
import type { Workstation } from './ports.ts';
import type { RunNotifier } from './run-notifier.ts';
import {
  changeRunStatus,
  countNamed,
  findRunByRequest,
  insertRun,
  knownRuns,
  lockSources,
} from './run-rows.ts';

const importAgain = {
  en: 'Import it again, or choose another.',
  ko: '데이터셋을 다시 가져오거나 다른 것을 골라',
};
const notReady = {
  processing: {
    state: { en: 'is still being imported', ko: '아직 가져오는 중입니다' },
    advice: { en: 'Wait for its import to be over.', ko: '가져오기가 끝난 뒤에' },
  },
  error: { state: { en: 'could not be imported', ko: '가져오지 못했습니다' }, advice: importAgain },
  archived: { state: { en: 'is archived', ko: '보관되어 있습니다' }, advice: importAgain },
  ready: { state: { en: 'has no version yet', ko: '아직 버전이 없습니다' }, advice: importAgain },
};

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

/** What a run is made with. */
interface Creation extends Pick<Workstation, 'executors' | 'cards'> {
  readonly db: Db;
  readonly models: TrainableModels;
  readonly documents: DocumentStore;
  readonly notifier: RunNotifier;
  readonly audit: RecordAudit;
}

/**
 * Checks a request, builds its whole config and queues the run. The same `requestId` again answers the same run.
 * @throws TrainyardError PROJECT_NOT_FOUND, DATASET_UNNAMED, DATASET_NOT_FOUND, DATASET_NOT_READY, DATASET_VERSION_NOT_FOUND, GPUS_TOO_FEW, and what
 * {@link chooseModel}, {@link chooseTask}, {@link buildConfig} and {@link chooseExecutor} throw: each names the field, and nothing was changed
 */
export async function createRun(
  { db, models, executors, cards, documents, notifier, audit }: Creation,
  userId: string,
  request: CreateRunInput,
): Promise<{ runId: string }> {
  const { requestId, source } = request;
  const madeBefore = requestId === undefined ? null : await findRunByRequest(db, requestId);
  if (madeBefore !== null) return { runId: madeBefore };
  const project = await findProject(db, userId, request.project);
  const { overrides } = request;
  const { dataset, version } = await datasetOf(db, userId, request);
  const classNames = version.classes.map(({ name }) => name);
  const { id, name: datasetName } = dataset;
  const trained = { id, name: datasetName, version: version.version, classNames, labels: version.labels };
  const model = await chooseModel(
    models,
    trained,
    request.model ?? idOf(overrides.model),
    overrides.task?.type,
  );
  const task = chooseTask(model, trained, overrides.task?.type);
  const gpus = await cards();
  const config = buildConfig(model, task, trained, overrides, gpus.length);
  checkCards(config.resources, gpus);
  const executor = await chooseExecutor(executors, model, request.executor);

  const runId = idFor(requestId);
  failpoint('run.create.document.before');
  // Before the rows: a run always has its document, and a document without a run is swept or overwritten.
  await documents.put('training_configs', {
    id: `${runId}:1`,
    workflowId: runId,
    version: 1,
    config,
    source,
    createdAt: new Date().toISOString(),
  });
  failpoint('run.create.document.after');
  failpoint('run.create.rows.before');
  const name = await db.transaction(async (tx) => {
    const gone = await lockSources(tx, project.id, dataset.id);
    if (gone === 'project') throw fault('PROJECT_NOT_FOUND', { name: request.project });
    if (gone === 'dataset') throw fault('DATASET_NOT_FOUND', { name: datasetName });
    const name = request.name ?? (await defaultName(tx, project.id, datasetName, config.model.name));
    const isNew = await insertRun(tx, {
      ...{ id: runId, projectId: project.id, userId, name, executor: executor.name, config },
      description: request.description ?? null,
      requestId: requestId ?? null,
      priority: request.priority,
    });
    if (!isNew) return null;
    await appendToJournal(tx, runId, null, 'state', { from: null, to: 'pending' });
    await appendToJournal(tx, runId, null, 'config', { version: 1, source, config, executor });
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
  notifier.projectChanged(project.id);
  await notifier.changed(runId);
  await notifier.requestMove(runId);
  await audit({
    userId,
    action: 'workflow.create',
    resource: { type: 'workflow', id: runId },
    after: { name, projectId: project.id, model: model.id, datasetId: dataset.id, version: version.version },
  });
  return { runId };
}

async function datasetOf(
  db: Db,
  userId: string,
  { dataset: named, version: asked, overrides }: CreateRunInput,
): Promise<{ dataset: DatasetRecord; version: DatasetVersionRecord }> {
  const { datasetId, name, version } = overrides.dataset ?? {};
  const reference = named ?? datasetId ?? name;
  if (reference === undefined) throw fault('DATASET_UNNAMED', {}, { place: { field: 'dataset' } });
  const wanted = asked ?? version;
  const dataset = await findDataset(db, userId, reference);
  if (!dataset.newest || dataset.status === 'archived') {
    throw fault('DATASET_NOT_READY', { name: dataset.name, ...notReady[dataset.status] });
  }
  return { dataset, version: await requireVersion(db, dataset, wanted) };
}

/** `source/name` of a config that says both. */
function idOf(model: TrainingOverrides['model']): string | undefined {
  if (model?.name === undefined || model.source === undefined) return undefined;
  return `${model.source}/${model.name}`;
}

async function defaultName(
  tx: Tx,
  projectId: string,
  datasetName: string,
  modelName: string,
): Promise<string> {
  const prefix = `${datasetName.slice(0, 120)} · ${modelName.slice(0, 100)} · `;
  return `${prefix}${(await countNamed(tx, projectId, prefix)) + 1}`;
}

const hourMs = 3_600_000;

/**
 * Removes config documents whose run was never made (a creation that was killed between the two): those of the last eight
 * days, but for the last hour's, whose run may be in the making. Answers how many there were.
 */
export async function sweepConfigDocuments(
  documents: Pick<DocumentStore, 'find' | 'remove'>,
  db: Db,
  now = Date.now(),
): Promise<number> {
  const created = { from: new Date(now - 8 * 24 * hourMs), to: new Date(now - hourMs) };
  let removed = 0;
  for await (const page of documentPages(documents, 'training_configs', created)) {
    const known = await knownRuns(
      db,
      page.map(({ workflowId }) => String(workflowId)),
    );
    const orphans = page.filter(({ workflowId }) => !known.has(String(workflowId)));
    removed += await documents.remove(
      'training_configs',
      orphans.map(({ id }) => id),
    );
  }
  return removed;
}
