import { ORPCError } from '@orpc/server';
import { pause } from '../../src/main/platform/waiting.ts';
import type { Weights } from '../../src/shared/contract/weights.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { os } from './fixture-api.ts';
import { ago, fixtureId } from './fixture-data.ts';

const sha256 = 'b7f0c1'.padEnd(64, '4');

const weights: readonly Weights[] = [
  {
    ...{ id: fixtureId(9, 1), name: 'resnet18.a1_in1k', model: 'timm/resnet18', status: 'ready' },
    ...{ source: 'https://huggingface.co/timm/resnet18.a1_in1k/resolve/main/model.safetensors' },
    ...{ format: 'safetensors', sizeBytes: 46_807_446, sha256, error: null, createdAt: ago(90) },
    files: [{ name: 'model.safetensors', sizeBytes: 46_807_446, sha256 }],
  },
  {
    ...{ id: fixtureId(9, 2), name: 'convnext_tiny', model: 'timm/convnext_tiny', status: 'storing' },
    ...{ source: 'https://huggingface.co/timm/convnext_tiny.in12k_ft_in1k/resolve/main/model.safetensors' },
    ...{ format: null, sizeBytes: 0, sha256: null, files: [], error: null, createdAt: ago(1) },
  },
  {
    ...{
      id: fixtureId(9, 3),
      name: 'my-detector',
      model: null,
      status: 'ready',
      source: '/data/my-detector.pth',
    },
    ...{ format: 'pickle', sizeBytes: 160_305_152, sha256: sha256.replace('b7', '0c'), error: null },
    ...{ files: [{ name: 'my-detector.pth', sizeBytes: 160_305_152, sha256 }], createdAt: ago(3000) },
  },
  {
    ...{ id: fixtureId(9, 4), name: 'private', model: 'huggingface/acme/private', status: 'failed' },
    ...{ source: 'https://huggingface.co/acme/private/resolve/main/model.safetensors', files: [] },
    ...{ format: null, sizeBytes: 0, sha256: null, createdAt: ago(4000) },
    error: fault('WEIGHTS_FORBIDDEN', {
      address: 'https://huggingface.co/acme/private/resolve/main/model.safetensors',
      status: '(401)',
    }).record,
  },
];

/** Weights: one, and what is added or pulled is there at once. */
export function fixtureWeights() {
  const { weights: noun } = os;
  let stored = weights;
  const find = (reference: string) => {
    const found = stored.find(({ id, name }) => id === reference || name === reference);
    if (found) return found;
    throw new ORPCError('WEIGHTS_UNKNOWN', {
      status: 404,
      message: `There are no stored weights "${reference}"`,
      data: { hint: 'Check their id or name.', place: {} },
    });
  };
  const make = (made: Pick<Weights, 'name' | 'model' | 'source'> & Partial<Weights>): Weights => {
    const base = {
      ...weights[0],
      ...made,
      id: fixtureId(9, stored.length + 1),
      createdAt: ago(0),
    } as Weights;
    stored = [base, ...stored];
    return base;
  };
  return {
    list: noun.list.handler(({ input: { model } }) => {
      const found = stored.filter((one) => model === undefined || one.model === model);
      return { weights: [...found], next: null, total: found.length };
    }),
    cached: noun.cached.handler(() => ({
      weights: [
        {
          ...{ model: 'torchvision/deeplabv3_resnet50', sizeBytes: 168_312_152, cache: 'torch' as const },
          file: '/home/me/.cache/torch/hub/checkpoints/deeplabv3_resnet50_coco-cd0a2569.pth',
        },
      ],
    })),
    show: noun.show.handler(({ input }) => find(input.weights)),
    add: noun.add.handler(({ input }) =>
      make({
        ...{ name: input.name ?? 'mine', model: input.model ?? null, source: input.path },
        ...(input.path.startsWith('upload://') && { files: [{ name: 'here.pt', sizeBytes: 2, sha256 }] }),
      }),
    ),
    pull: noun.pull.handler(({ input }) =>
      make({ name: input.name ?? input.model, model: input.model, source: 'https://huggingface.co' }),
    ),
    wait: noun.wait.handler(async ({ input, signal }) => {
      const { sizeBytes, status } = find(input.weightsId);
      if (status === 'storing') {
        // As far as it comes: a test looks at it, and ends it.
        if (input.afterDone === 41_000_000) await pause(input.waitMs, signal);
        return {
          ...{ phase: 'downloading', done: 41_000_000, total: 114_000_000, rate: 8_000_000, secondsLeft: 9 },
          error: null,
        };
      }
      return { phase: 'done', done: sizeBytes, total: sizeBytes, rate: null, secondsLeft: null, error: null };
    }),
    remove: noun.remove.handler(({ input }) => {
      const { id, name } = find(input.weights);
      stored = stored.filter((one) => one.id !== id);
      return { id, name };
    }),
  };
}
