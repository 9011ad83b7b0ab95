import { expect, test } from 'vitest';
import { Predictions } from '../../../src/main/features/predictions/predictions.ts';

test('an image that cannot be removed takes the place of no answer', async () => {
  const warned: unknown[] = [];
  const predictions = new Predictions({
    runs: {
      show: async () => {
        throw new Error('the run is gone');
      },
      readArtifact: async () => {
        throw new Error('unused');
      },
    },
    uploads: {
      resolve: async () => ({ path: '/x', name: 'x' }),
      release: async () => {
        throw new Error('no way into the uploads');
      },
    },
    predictor: {
      whyNot: () => null,
      predict: async () => {
        throw new Error('unused');
      },
    },
    writeFile: async () => {},
    log: { warn: (...said: unknown[]) => warned.push(said) },
  });
  const asked = predictions.predict({ run: 'r', image: 'upload://1', preview: false });
  await expect(asked).rejects.toThrow('the run is gone');
  expect(warned).toHaveLength(1);
});
