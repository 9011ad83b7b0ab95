import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import type { Db } from '../../postgres/db.ts';
import { documentPages } from '../../stores/documents/pages.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import {
  type DatasetRecord,
  type DatasetVersionRecord,
  findDataset,
  requireVersion,
} from '../datasets/dataset-rows.ts';
import { findProject } from '../projects/project-rows.ts';
import { buildConfig } from '../training/build-config.ts';
import { chooseModel } from '../training/choose-model.ts';
import { chooseTask } from '../training/choose-task.ts';
import type { TrainableModels } from '../training/trainable-models.ts';
import { lockWeights } from '../weights/weights-rows.ts';
import { checkCards } from './cards.ts';
import { checkScriptRun } from './check-script-run.ts';
import { chooseExecutor } from './choose-executor.ts';
import type { Workstation } from './ports.ts';
import { type CheckedRun, type Queueing, queueRun } from './queue-run.ts';
import { insertConfig } from './run-config-rows.ts';
import { findRunByRequest, knownRuns, lockSources } from './run-rows.ts';

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

/** What a run is made with. */
interface Creation extends Queueing, Pick<Workstation, 'executors' | 'cards' | 'checkScript' | 'pretrained'> {
  readonly models: TrainableModels;
}

/**
 * Checks a request, builds its whole config and queues the run. The same `requestId` again answers the same run.
 * @throws TrainyardError PROJECT_NOT_FOUND, and what {@link checkTraining} and {@link checkScriptRun} throw: each names the field, and nothing was changed
 */
export async function createRun(
  creation: Creation,
  userId: string,
  request: CreateRunInput,
): Promise<{ runId: string }> {
  const { db } = creation;
  const { requestId, script } = request;
  const madeBefore = requestId === undefined ? null : await findRunByRequest(db, requestId);
  if (madeBefore !== null) return { runId: madeBefore };
  const project = await findProject(db, userId, request.project);
  const known = { userId, projectId: project.id, request };
  const checked = script
    ? await checkScriptRun(creation, known, script)
    : await checkTraining(creation, known);
  return queueRun(creation, known, checked);
}

/**
 * @throws TrainyardError DATASET_UNNAMED, DATASET_NOT_FOUND, DATASET_NOT_READY, DATASET_VERSION_NOT_FOUND, GPUS_TOO_FEW, and what {@link chooseModel},
 * {@link chooseTask}, {@link buildConfig}, {@link Pretrained.resolve} and {@link chooseExecutor} throw
 */
async function checkTraining(
  { db, models, executors, cards, pretrained }: Creation,
  { userId, projectId, request }: { userId: string; projectId: string; request: CreateRunInput },
): Promise<CheckedRun> {
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
  const asked = buildConfig(model, task, trained, overrides, gpus.length);
  checkCards(asked.resources, gpus);
  const executor = await chooseExecutor(executors, model, request.executor);
  const weights = await pretrained.resolve(userId, asked.model);
  const named = weights && { pretrained: true, pretrainedWeights: weights.name };
  const config = { ...asked, model: { ...asked.model, ...named } };
  return {
    executor,
    trained: { config },
    namePrefix: `${datasetName.slice(0, 120)} · ${config.model.name.slice(0, 100)} · `,
    audited: { model: model.id, datasetId: id, version: version.version },
    lock: async (tx) => {
      const gone = await lockSources(tx, projectId, id);
      if (gone === 'project') throw fault('PROJECT_NOT_FOUND', { name: request.project });
      if (gone === 'dataset') throw fault('DATASET_NOT_FOUND', { name: datasetName });
      if (weights?.id && !(await lockWeights(tx, weights.id)))
        throw fault('WEIGHTS_UNKNOWN', { name: weights.name });
    },
    insert: (tx, runId) => insertConfig(tx, runId, config, weights),
    epochs: config.training.epochs,
    gpuCount: config.resources.gpuCount,
  };
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
