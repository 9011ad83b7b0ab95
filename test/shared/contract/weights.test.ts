import { expect, test } from 'vitest';
import { pullWeightsInput } from '../../../src/shared/contract/weights.ts';

test.each([
  ['https://hf-mirror.com', true],
  ['http://127.0.0.1:8080/hub@1', true],
  ['https://me:secret@hub.example.com', false],
  ['https://token@hub.example.com/models', false],
  ['HTTPS:\\\\me@hub.example.com', false],
  ['ftp://hub.example.com', false],
])('a mirror is an address without an account, which would be kept and shown: %s', (mirror, isTaken) => {
  expect(pullWeightsInput.safeParse({ model: 'timm/resnet18', mirror }).success).toBe(isTaken);
});
