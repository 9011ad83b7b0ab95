import { readFile } from 'node:fs/promises';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import {
  type ModelSource,
  modelSources,
  type TaskType,
  type TrainingOverrides,
  trainingOverridesSchema,
} from '../../../shared/model/training-config.ts';
import { torchModels } from './torch-models.ts';

/** A model that an executor of this installation can train. */
export interface TrainableModel {
  /** `source/name`, as `builtin/cnn`. */
  readonly id: string;
  /** The executors whose trainer has it, the one that is chosen first in front. */
  readonly executors: readonly string[];
  readonly taskTypes: readonly TaskType[];
  readonly description: Bilingual;
  /** Of its code and weights, where it is not free to be used for everything (SPDX); else null. */
  readonly license: string | null;
  /** What a training gets where a person says nothing. */
  readonly defaults: TrainingOverrides;
}

/** Which models can be trained here: those that are known by name. */
export type TrainableModels = () => Promise<readonly TrainableModel[]>;

/** The parts of `source/name`. */
export function partsOf(id: string): { source: ModelSource | null; name: string } {
  const slash = id.indexOf('/');
  const source = modelSources.find((one) => one === id.slice(0, slash)) ?? null;
  return { source, name: id.slice(slash + 1) };
}

/** The builtin trainer's models, whose defaults stand beside the trainer (`defaults.json`), and the torch trainer's. */
export function trainableModels(builtinDefaultsFile: string): TrainableModels {
  return async () => {
    const defaults = trainingOverridesSchema.parse(JSON.parse(await readFile(builtinDefaultsFile, 'utf8')));
    return [
      {
        id: 'builtin/cnn',
        executors: ['builtin'],
        taskTypes: ['classification'],
        description: {
          en: 'A small network for the processor: images of any size, seconds an epoch, no GPU and no Python',
          ko: '프로세서용 소형 신경망: 이미지 크기 제한 없음, 에폭당 수 초, GPU와 Python 불필요',
        },
        license: null,
        defaults,
      },
      ...torchModels,
    ];
  };
}
