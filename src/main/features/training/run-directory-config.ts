import type { TrainingConfig } from '../../../shared/model/training-config.ts';

/** The checkpoint that an attempt goes on from. `path` is absolute. */
export interface ResumePoint {
  readonly path: string;
  readonly epoch: number;
  readonly step: number;
}

/** What `config.json` of a run directory holds (docs/run-directory.md). */
export function runDirectoryConfig(
  config: TrainingConfig,
  place: {
    readonly runId: string;
    readonly attempt: number;
    readonly datasetRoot: string;
    readonly resume: ResumePoint | null;
  },
): Readonly<Record<string, unknown>> {
  const { datasetId, version, ...dataset } = config.dataset;
  return {
    protocol: 1,
    runId: place.runId,
    attempt: place.attempt,
    task: config.task,
    model: config.model,
    dataset: { datasetId, version, root: place.datasetRoot, manifest: 'dataset.jsonl', ...dataset },
    training: config.training,
    resources: config.resources,
    resume: place.resume && {
      from: place.resume.path,
      epoch: place.resume.epoch,
      step: place.resume.step,
    },
  };
}
