import { readFile } from 'node:fs/promises';
import { trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import type { TrainableModel, TrainableModels } from './models.ts';

/** The builtin trainer's models, whose defaults stand beside the trainer (`defaults.json`). */
export class BuiltinModels implements TrainableModels {
  private readonly defaultsFile: string;

  constructor(defaultsFile: string) {
    this.defaultsFile = defaultsFile;
  }

  async list(): Promise<readonly TrainableModel[]> {
    const defaults = trainingOverridesSchema.parse(JSON.parse(await readFile(this.defaultsFile, 'utf8')));
    return [
      {
        id: 'builtin/cnn',
        executor: 'builtin',
        taskTypes: ['classification'],
        description: {
          en: 'A small network for the processor: images of any size, seconds an epoch, no GPU and no Python',
          ko: '프로세서용 소형 신경망: 이미지 크기 제한 없음, 에포크당 수 초, GPU와 Python 불필요',
        },
        defaults,
      },
    ];
  }
}
