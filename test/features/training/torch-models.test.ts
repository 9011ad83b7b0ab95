import { describe, expect, test } from 'vitest';
import { torchModels, unlistedModel } from '../../../src/main/features/training/torch-models.ts';
import { modelSources, type TaskType } from '../../../src/shared/model/training-config.ts';

describe('a model that is not listed', () => {
  test.each(torchModels)('would have the defaults of $id, were that not listed either', (model) => {
    const [source, ...name] = model.id.split('/');
    const known = modelSources.filter((each) => each !== 'builtin').find((each) => each === source);
    if (known === undefined) throw new Error(`"${source}" is no source of models`);
    const [task] = model.taskTypes;
    const unlisted = unlistedModel(known, name.join('/'), task as TaskType);
    expect(unlisted.defaults).toEqual(model.defaults);
    expect(unlisted.taskTypes).toContain(task);
    expect(unlisted.license).toBe(model.license);
  });

  test('of transformers begins with the smaller learning rate that those need', () => {
    const rate = (source: 'timm' | 'huggingface', name: string, task: TaskType) =>
      unlistedModel(source, name, task).defaults.training?.learningRate ?? 0;
    expect(rate('timm', 'swin_tiny_patch4_window7_224', 'classification')).toBeLessThan(
      rate('timm', 'resnet34', 'classification'),
    );
    expect(rate('huggingface', 'facebook/conditional-detr-resnet-50', 'detection')).toBe(1e-4);
  });
});
