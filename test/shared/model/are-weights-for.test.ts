import { expect, test } from 'vitest';
import { areWeightsFor } from '../../../src/shared/model/are-weights-for.ts';

test.each([
  ['timm/resnet18', 'timm/resnet18', true],
  ['timm/resnet18.a1_in1k', 'timm/resnet18', true],
  ['timm/resnet18.a1_in1k', 'timm/resnet18.tv_in1k', false],
  ['timm/resnet18d.ra2_in1k', 'timm/resnet18', false],
  ['huggingface/a/b.c', 'huggingface/a/b', false],
])('weights of %s are for %s: %s', (own, model, expected) => {
  expect(areWeightsFor(own, model)).toBe(expected);
});
