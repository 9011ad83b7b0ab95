import { readFile } from 'node:fs/promises';
import { trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import { torchModels } from './torch-models.ts';
import type { TrainableModel } from './trainable-model.ts';

/** Which models can be trained here: those that are known by name. */
export type TrainableModels = () => Promise<readonly TrainableModel[]>;

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
          ko: 'CPU용 소형 신경망: 이미지 크기 제한 없음, 에폭당 수 초, GPU와 Python 불필요',
        },
        license: null,
        defaults,
      },
      ...torchModels,
    ];
  };
}
