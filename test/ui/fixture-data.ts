import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Dataset } from '../../src/shared/contract/datasets.ts';
import type { Project } from '../../src/shared/contract/projects.ts';
import type { LogLine, MetricPoint, RunEvent } from '../../src/shared/contract/run-readings.ts';
import type { Run, RunSummary } from '../../src/shared/contract/runs.ts';
import { possibleActions, type RunStatus } from '../../src/shared/model/run.ts';
import { trainingConfigSchema } from '../../src/shared/model/training-config.ts';
import { readSample } from '../support/sample.ts';

const sample = await readSample();

/** An id that is the same in every run of the fixture, so that addresses in tests are short and known. */
export function fixtureId(kind: number, number: number): string {
  return `00000000-0000-4000-8${String(kind).padStart(3, '0')}-${String(number).padStart(12, '0')}`;
}

export interface FixtureImage {
  readonly class: string;
  readonly path: string;
  readonly sha256: string;
  readonly bytes: Buffer;
}

/** Real images: the first of each class of the sample set. */
export function sampleImages(perClass: number): readonly FixtureImage[] {
  const taken = new Map<string, number>();
  return [...sample].flatMap(([file, bytes]) => {
    const name = path.dirname(file);
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    if (count > perClass) return [];
    return [{ class: name, path: file, sha256: createHash('sha256').update(bytes).digest('hex'), bytes }];
  });
}

const now = Date.now();
/** Minutes ago, as the contract writes times. */
export function ago(minutes: number): string {
  return new Date(now - minutes * 60_000).toISOString();
}

export function project(
  number: number,
  name: string,
  description: string | null,
  tags: string[] = [],
): Project {
  return {
    id: fixtureId(1, number),
    name,
    description,
    tags,
    isPublic: false,
    runCount: 0,
    datasetCount: 0,
    createdAt: ago(6000 + number),
    updatedAt: ago(30 * number),
  };
}

export function dataset(
  number: number,
  name: string,
  images: readonly FixtureImage[],
  of: Project,
  part: Partial<Dataset> = {},
): Dataset {
  const counts = new Map<string, number>();
  for (const image of images) counts.set(image.class, (counts.get(image.class) ?? 0) + 1);
  return {
    id: fixtureId(2, number),
    name,
    description: 'Fashion-MNIST, 28 × 28 pixels, ten kinds of clothes',
    format: 'imagenet',
    labels: null,
    status: 'ready',
    version: 1,
    mode: 'copy',
    storagePath: `s3://datasets/${fixtureId(2, number)}/1`,
    images: images.length,
    sizeBytes: images.reduce((sum, image) => sum + image.bytes.length, 0),
    classes: [...counts].map(([className, count]) => ({ name: className, count })),
    projects: [{ id: of.id, name: of.name }],
    createdAt: ago(5000),
    updatedAt: ago(200),
    import: null,
    ...part,
  };
}

export interface FixtureRun {
  run: Run;
  points: MetricPoint[];
  logs: LogLine[];
  events: RunEvent[];
  seq: number;
}

const learningRate = 0.002;

/** A config as the engine would fill it. */
function config(of: Dataset, epochs: number, seed: number) {
  return trainingConfigSchema.parse({
    task: {
      type: 'classification',
      numClasses: of.classes.length,
      classNames: of.classes.map(({ name }) => name),
    },
    model: { name: 'cnn', source: 'builtin' },
    dataset: { datasetId: of.id, version: 1, imageSize: 28 },
    training: {
      epochs,
      batchSize: 64,
      learningRate,
      optimizer: 'adam',
      scheduler: { type: 'cosine' },
      seed,
    },
    resources: {},
  });
}

/** A run without history; `addSteps` and the like in fixture-state.ts give it one. */
export function emptyRun(
  number: number,
  name: string,
  status: RunStatus,
  of: { project: Project; dataset: Dataset },
  part: Partial<RunSummary> = {},
): FixtureRun {
  const epochs = part.totalEpochs ?? 8;
  const started = part.startedAt === undefined ? ago(40 * number) : part.startedAt;
  const run: Run = {
    id: fixtureId(3, number),
    name,
    project: { id: of.project.id, name: of.project.name },
    dataset: { id: of.dataset.id, name: of.dataset.name, version: 1 },
    model: 'builtin/cnn',
    taskType: 'classification',
    status,
    cancelRequested: false,
    progress: status === 'completed' ? 100 : 0,
    currentEpoch: status === 'completed' ? epochs : null,
    totalEpochs: epochs,
    etaMs: null,
    finalMetrics: null,
    error: null,
    attemptCount: 0,
    createdAt: ago(40 * number + 1),
    startedAt: started,
    completedAt: null,
    durationMs: null,
    description: null,
    executor: 'builtin',
    lastSeq: 0,
    config: config(of.dataset, epochs, number),
    unread: [],
    script: null,
    attempts: [],
    artifacts: [],
    actions: [...possibleActions(status, status === 'cancelled' || status === 'failed')],
    metricNames: [],
    ...part,
  };
  return { run, points: [], logs: [], events: [], seq: 0 };
}
