import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { openWeights } from '../../../src/main/features/weights/files/weights-source.ts';
import { Pretrained } from '../../../src/main/features/weights/pretrained.ts';
import type { TrainingConfig } from '../../../src/shared/model/training-config.ts';
import { safetensors } from './support/tensors.ts';
import { createWorld } from './support/world.ts';

const me = localOwnerId;
const tensors = safetensors({ 'fc.weight': [10, 64] });
const config = (more: Partial<TrainingConfig['model']> = {}): TrainingConfig['model'] => ({
  ...{ source: 'timm', name: 'resnet18', pretrained: true, pretrainedWeights: null, ...more },
});

async function setting() {
  const world = await createWorld();
  const { db, objects, caches, folder } = world;
  const pretrained = new Pretrained({
    db,
    local: objects,
    open: openWeights,
    find: (model) => caches.find(model),
  });
  const put = (bytes: Buffer, ...parts: string[]) => {
    const file = path.join(folder, ...parts);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  };
  return {
    ...{ ...world, pretrained, put },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

test('a model from scratch needs none, and one whose weights are nowhere is refused with the file, its place and the command', async () => {
  await using world = await setting();
  const { pretrained, folder } = world;
  expect(await pretrained.resolve(me, config({ pretrained: false }))).toBeNull();
  const place = path.join(folder, 'hf', 'hub', 'models--timm--resnet18.a1_in1k', 'snapshots', 'main');
  await expect(pretrained.resolve(me, config())).rejects.toMatchObject({
    code: 'WEIGHTS_MISSING',
    message: expect.stringContaining(`"model.safetensors" is not at ${place}`),
    hint: expect.stringContaining('trainyard weights pull timm/resnet18'),
  });
  // What the error says is true.
  const file = world.put(
    tensors,
    'hf',
    'hub',
    'models--timm--resnet18.a1_in1k',
    'snapshots',
    'main',
    'model.safetensors',
  );
  expect(await pretrained.resolve(me, config())).toMatchObject({
    id: null,
    name: file,
    main: 'model.safetensors',
  });
});

test('stored weights come before those in a cache, the newest first, by their model or their name, and never before they are whole', async () => {
  await using world = await setting();
  const { pretrained, weights, stored, put, pool } = world;
  put(tensors, 'hf', 'hub', 'models--timm--resnet18.a1_in1k', 'snapshots', 'main', 'model.safetensors');
  const file = put(tensors, 'mine.safetensors');
  await stored(await weights.add(me, { path: file, model: 'timm/resnet18', name: 'older' }));
  const newer = await stored(
    await weights.add(me, { path: file, model: 'timm/resnet18.tv_in1k', name: 'newer' }),
  );
  const found = await pretrained.resolve(me, config());
  expect(found).toEqual({ id: newer.id, name: 'newer', main: 'mine.safetensors', files: newer.files });
  expect(await pretrained.resolve(me, config({ pretrainedWeights: 'older' }))).toMatchObject({
    name: 'older',
  });
  await expect(pretrained.resolve(me, config({ pretrainedWeights: 'nobody' }))).rejects.toMatchObject({
    code: 'WEIGHTS_UNKNOWN',
    record: { place: { field: 'overrides.model.pretrainedWeights' } },
  });
  await pool.query("UPDATE weights SET status = 'storing' WHERE name = 'older'");
  await expect(pretrained.resolve(me, config({ pretrainedWeights: 'older' }))).rejects.toMatchObject({
    code: 'WEIGHTS_UNFINISHED',
  });
});

test('a trainer gets a local file of the very bytes that its run was made with, or the run says what became of them', async () => {
  await using world = await setting();
  const { pretrained, weights, stored, put } = world;
  const file = put(tensors, 'mine.safetensors');
  await stored(await weights.add(me, { path: file, name: 'mine' }));
  const kept = await pretrained.resolve(me, config({ pretrainedWeights: 'mine' }));
  const named = await pretrained.resolve(me, config({ pretrainedWeights: file }));
  if (!kept || !named) throw new Error('no weights were found');
  expect(await readFile(await pretrained.locate(kept))).toEqual(tensors);
  expect(await pretrained.locate(named)).toBe(file);
  writeFileSync(file, safetensors({ 'fc.weight': [11, 64] }));
  await expect(pretrained.locate(named)).rejects.toMatchObject({ code: 'WEIGHTS_CHANGED' });
  // Those in the store have bytes of their own.
  expect(await readFile(await pretrained.locate(kept))).toEqual(tensors);
  // Only transformers reads the config beside weights; of others it may be anybody's.
  put(Buffer.from('{"mine": 1}'), 'config.json');
  writeFileSync(file, tensors);
  const [other, segmenter] = [
    await pretrained.resolve(me, config({ pretrainedWeights: file })),
    await pretrained.resolve(
      me,
      config({ source: 'huggingface', name: 'nvidia/mit-b0', pretrainedWeights: file }),
    ),
  ];
  if (!other || !segmenter) throw new Error('no weights were found');
  put(Buffer.from('{"mine": 2}'), 'config.json');
  expect(await pretrained.locate(other)).toBe(file);
  await expect(pretrained.locate(segmenter)).rejects.toMatchObject({ code: 'WEIGHTS_CHANGED' });
  await weights.remove(me, 'mine');
  await weights.storing.close();
  await expect(pretrained.locate(kept)).rejects.toMatchObject({ code: 'WEIGHTS_GONE' });
  await expect(pretrained.resolve(me, config({ pretrainedWeights: `${file}.gone` }))).rejects.toMatchObject({
    code: 'WEIGHTS_NOT_FOUND',
  });
});
