import { readFile } from 'node:fs/promises';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';

/** A model that an executor of this installation can train. */
export interface TrainableModel {
  /** `source/name`, as `builtin/cnn`. */
  readonly id: string;
  readonly executor: string;
  readonly taskTypes: readonly string[];
  readonly description: { readonly en: string; readonly ko: string };
  /** What a training gets where a person says nothing. */
  readonly defaults: TrainingOverrides;
}

/** Which models can be trained here. */
export type TrainableModels = () => Promise<readonly TrainableModel[]>;

/** The builtin trainer's models, whose defaults stand beside the trainer (`defaults.json`). */
export function builtinModels(defaultsFile: string): TrainableModels {
  return async () => {
    const defaults = trainingOverridesSchema.parse(JSON.parse(await readFile(defaultsFile, 'utf8')));
    return [
      {
        id: 'builtin/cnn',
        executor: 'builtin',
        taskTypes: ['classification'],
        description: {
          en: 'A small network for the processor: images of any size, seconds an epoch, no GPU and no Python',
          ko: '프로세서용 소형 신경망: 이미지 크기 제한 없음, 에폭당 수 초, GPU와 Python 불필요',
        },
        defaults,
      },
    ];
  };
}
