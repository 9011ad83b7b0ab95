import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { waitFor } from '../../support/engine.ts';
import { startHub } from './support/hub.ts';
import { safetensors, torchZip } from './support/tensors.ts';
import { createWorld } from './support/world.ts';

const me = localOwnerId;
const tensors = safetensors({ 'fc.weight': [10, 64], 'conv1.weight': [8, 3, 3, 3] });
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a file of weights is stored with its size and hash, listed, found by name and model, and removed', async () => {
  await using world = await createWorld();
  const { weights, folder, objects, stored, documents } = world;
  const file = path.join(folder, 'mine.safetensors');
  writeFileSync(file, tensors);
  const begun = await weights.add(me, { path: file, model: 'timm/resnet18' });
  expect(begun).toMatchObject({ name: 'mine', status: 'storing', source: file });
  const found = await stored(begun);
  expect(found).toMatchObject({
    ...{ status: 'ready', model: 'timm/resnet18', format: 'safetensors', sizeBytes: tensors.length },
    ...{ sha256: sha256(tensors), error: null },
    files: [{ name: 'mine.safetensors', sizeBytes: tensors.length, sha256: sha256(tensors) }],
  });
  expect(await buffer(await objects.get('models', `weights/${found.id}/mine.safetensors`))).toEqual(tensors);
  expect(await weights.list(me, { limit: 10, model: 'timm/resnet18' })).toMatchObject({
    weights: [found],
    total: 1,
  });
  expect((await weights.list(me, { limit: 10, model: 'timm/resnet50' })).weights).toEqual([]);
  expect(await weights.show(me, ' MINE ')).toEqual(found);

  expect(await weights.remove(me, 'mine')).toEqual({ id: found.id, name: 'mine' });
  await weights.storing.close();
  expect((await weights.list(me, { limit: 10 })).weights).toEqual([]);
  expect(await objects.head('models', `weights/${found.id}/mine.safetensors`)).toBeNull();
  const audits = await documents.find('audit_logs', {}, 10);
  expect(audits.map(({ action }) => action).sort()).toEqual(['weights.add', 'weights.remove']);
});

test('weights whose file goes while the store makes way for them are failed by name, and nothing else ends by it', async () => {
  await using world = await createWorld();
  const { folder, objects, open, stored } = world;
  const file = path.join(folder, 'gone.safetensors');
  writeFileSync(file, tensors);
  const slow = {
    list: objects.list.bind(objects),
    remove: objects.remove.bind(objects),
    put: async (...put: Parameters<typeof objects.put>) => {
      rmSync(file);
      // A later turn: whatever was opened has been refused by now.
      await stat(file).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      return objects.put(...put);
    },
  };
  const service = open({ objects: Object.assign(Object.create(objects), slow) });
  const found = await stored(await service.add(me, { path: file }), service);
  expect(found.status).toBe('failed');
  expect(found.error?.code).toBe('FILE_MISSING');
  await service.storing.close();
});

test('a folder as Hugging Face’s libraries write it is stored with its config, and a pickle is called one', async () => {
  await using world = await createWorld();
  const { weights, folder, stored } = world;
  const place = path.join(folder, 'segformer');
  mkdirSync(place);
  writeFileSync(path.join(place, 'pytorch_model.bin'), torchZip());
  writeFileSync(path.join(place, 'config.json'), '{"model_type": "segformer"}');
  writeFileSync(path.join(place, 'optimizer.pt'), torchZip());
  const found = await stored(await weights.add(me, { path: place }));
  expect(found).toMatchObject({ name: 'segformer', format: 'pickle', model: null });
  expect(found.files.map(({ name }) => name)).toEqual(['pytorch_model.bin', 'config.json']);
});

test('a name that is taken is refused when a person chose it, and gets a number when it is the file’s', async () => {
  await using world = await createWorld();
  const { weights, folder } = world;
  const file = path.join(folder, 'model.safetensors');
  writeFileSync(file, tensors);
  expect((await weights.add(me, { path: file })).name).toBe('model');
  expect((await weights.add(me, { path: file })).name).toBe('model-2');
  await expect(weights.add(me, { path: file, name: 'Model' })).rejects.toMatchObject({
    code: 'WEIGHTS_NAME_TAKEN',
  });
});

test('an upload becomes weights by the name that it was sent under, and is released', async () => {
  await using world = await createWorld();
  const { weights, uploads, stored } = world;
  const id = randomUUID();
  await uploads.store(id, '내 가중치.safetensors', Readable.from([tensors]));
  const found = await stored(await weights.add(me, { path: `upload://${id}` }));
  expect(found).toMatchObject({ name: '내 가중치', status: 'ready', sha256: sha256(tensors) });
  await expect(uploads.resolve(id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
});

test('work that a killed engine left is gone on with, and a removal ends it', async () => {
  await using world = await createWorld();
  const { weights, folder, open, stored, pool } = world;
  const file = path.join(folder, 'mine.safetensors');
  writeFileSync(file, tensors);
  const row = (status: string, name: string) =>
    pool.query(
      `INSERT INTO weights (user_id, name, status, source, machine_id) VALUES ($1, $2, $3, $4, 'machine') RETURNING id`,
      [me, name, status, file],
    );
  const [unfinished] = (await row('storing', 'left')).rows;
  const [half] = (await row('removing', 'going')).rows;
  await world.objects.put('models', `weights/${half.id}/mine.safetensors`, tensors);
  const next = open();
  await next.storing.resume();
  expect(await stored(unfinished, next)).toMatchObject({ status: 'ready', sha256: sha256(tensors) });
  await next.storing.close();
  expect((await weights.list(me, { limit: 10 })).weights.map(({ name }) => name)).toEqual(['left']);
  expect(await world.objects.head('models', `weights/${half.id}/mine.safetensors`)).toBeNull();
});

test('the weights of a model are pulled from its hub with its config, and those that fail say why and may be pulled again', async () => {
  const repository = '/nvidia/mit-b0/resolve/main';
  await using hub = await startHub({
    [`${repository}/pytorch_model.bin`]: torchZip(),
    [`${repository}/config.json`]: Buffer.from('{"model_type": "segformer"}'),
  });
  await using world = await createWorld();
  const { weights, stored } = world;
  const pull = (more: object = {}) =>
    weights.pull(me, { model: 'huggingface/nvidia/mit-b0', mirror: hub.url, ...more });
  hub.behaviour.status = 404;
  const failed = await stored(await pull());
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'WEIGHTS_NOT_AT_HUB' } });
  delete hub.behaviour.status;
  const found = await stored(await pull());
  expect(found).toMatchObject({ name: 'nvidia/mit-b0', status: 'ready', format: 'pickle' });
  expect(found.files.map(({ name }) => name)).toEqual(['pytorch_model.bin', 'config.json']);
  // The failed one of the same name made room.
  expect((await weights.list(me, { limit: 10 })).total).toBe(1);
  const other = await stored(await pull({ name: 'other', sha256: '0'.repeat(64) }));
  expect(other).toMatchObject({ status: 'failed', error: { code: 'WEIGHTS_HASH_DIFFERS' } });
});

test('a hub that takes its time holds up what comes from it, and nothing else; what came goes with what could not be stored', async () => {
  const file = '/timm/resnet18.a1_in1k/resolve/main/model.safetensors';
  await using hub = await startHub({ [file]: tensors });
  await using world = await createWorld();
  const { weights, folder, stored } = world;
  const downloads = path.join(folder, 'downloads');
  hub.behaviour.holdAfter = { bytes: 100, times: 9 };
  const slow = await weights.pull(me, { model: 'timm/resnet18', mirror: hub.url });
  const mine = path.join(folder, 'mine.safetensors');
  writeFileSync(mine, tensors);
  expect(await stored(await weights.add(me, { path: mine }))).toMatchObject({ status: 'ready' });
  expect(await weights.show(me, slow.id)).toMatchObject({ status: 'storing' });
  await weights.remove(me, 'mine');
  hub.behaviour.status = 500;
  hub.breakOff();
  expect(await stored(slow)).toMatchObject({ status: 'failed' });
  expect(readdirSync(downloads)).toHaveLength(2);
  await weights.remove(me, slow.id);
  await weights.storing.close();
  expect(readdirSync(downloads)).toEqual([]);
  expect((await weights.list(me, { limit: 10 })).weights).toEqual([]);
});

test('a token opens a private model, comes from the call or the environment, and is written nowhere', async () => {
  const file = '/timm/resnet18.a1_in1k/resolve/main/model.safetensors';
  await using hub = await startHub({ [file]: tensors });
  hub.behaviour.token = 'hf_secret';
  await using world = await createWorld({ HF_ENDPOINT: hub.url });
  const { weights, stored, open, logged, pool } = world;
  const without = await stored(await weights.pull(me, { model: 'timm/resnet18' }));
  expect(without).toMatchObject({ status: 'failed', error: { code: 'WEIGHTS_FORBIDDEN' } });
  const given = await stored(await weights.pull(me, { model: 'timm/resnet18', token: 'hf_secret' }));
  expect(given).toMatchObject({ status: 'ready', model: 'timm/resnet18' });
  const service = open({ token: async () => 'hf_secret' });
  const kept = await stored(await service.pull(me, { model: 'timm/resnet18' }), service);
  expect(kept).toMatchObject({ name: 'resnet18-2', status: 'ready' });
  await service.storing.close();
  const { rows } = await pool.query('SELECT row_to_json(w) AS row FROM weights AS w');
  expect(JSON.stringify([rows, logged, without])).not.toContain('hf_secret');
});

test('a pull does not wait for one of another hub that stands still, nor for one of the same hub', async () => {
  const paths = ['resnet18.a1_in1k', 'resnet50.a1_in1k'].map(
    (name) => `/timm/${name}/resolve/main/model.safetensors`,
  );
  await using hub = await startHub(Object.fromEntries(paths.map((file) => [file, tensors])));
  await using other = await startHub({ [paths[0] ?? '']: tensors });
  await using world = await createWorld();
  const { weights, stored } = world;
  hub.behaviour.holdAfter = { bytes: 100, times: 1 };
  const still = await weights.pull(me, { model: 'timm/resnet18', mirror: hub.url });
  const elsewhere = await weights.pull(me, { model: 'timm/resnet18', mirror: other.url });
  expect(await stored(elsewhere)).toMatchObject({ status: 'ready' });
  const second = await weights.pull(me, { model: 'timm/resnet50', mirror: hub.url });
  expect(await stored(second)).toMatchObject({ status: 'ready' });
  // The same file once more waits for the one that fetches it, and begins with what that has.
  const again = await weights.pull(me, { model: 'timm/resnet18', mirror: hub.url, name: 'again' });
  expect(await weights.show(me, still.id)).toMatchObject({ status: 'storing' });
  hub.breakOff();
  expect(await stored(still)).toMatchObject({ status: 'ready' });
  expect(await stored(again)).toMatchObject({ status: 'ready', sha256: sha256(tensors) });
});

test('what a mirror gave of a pull that failed goes when the pull is made anew from another mirror, or was left by a kill', async () => {
  const file = '/timm/resnet18.a1_in1k/resolve/main/model.safetensors';
  await using hub = await startHub({ [file]: tensors });
  await using other = await startHub({ [file]: tensors });
  await using world = await createWorld();
  const { weights, stored, folder, open } = world;
  const downloads = path.join(folder, 'downloads');
  hub.behaviour.holdAfter = { bytes: 100, times: 9 };
  const cut = await weights.pull(me, { model: 'timm/resnet18', mirror: hub.url });
  await waitFor('bytes', async () => hub.requests.length > 0);
  hub.behaviour.status = 500;
  hub.breakOff();
  expect(await stored(cut)).toMatchObject({ status: 'failed' });
  expect(readdirSync(downloads)).toHaveLength(2);
  expect(await stored(await weights.pull(me, { model: 'timm/resnet18', mirror: other.url }))).toMatchObject({
    status: 'ready',
  });
  expect(readdirSync(downloads)).toEqual([]);
  writeFileSync(path.join(downloads, 'f'.repeat(64)), 'left');
  const next = open();
  await next.storing.resume();
  expect(readdirSync(downloads)).toEqual([]);
  await next.storing.close();
});

test('an account in the address of the hub opens it, goes to no other, and is shown and kept nowhere', async () => {
  const file = '/timm/resnet18.a1_in1k/resolve/main/model.safetensors';
  await using hub = await startHub({ [file]: tensors });
  await using other = await startHub({ [file]: tensors });
  hub.behaviour.account = 'kim:p@ss';
  await using world = await createWorld({ HF_ENDPOINT: hub.url.replace('//', '//kim:p%40ss@') });
  const { weights, stored, logged, pool } = world;
  expect(await stored(await weights.pull(me, { model: 'timm/resnet18' }))).toMatchObject({
    status: 'ready',
    source: `${hub.url}${file}`,
  });
  await stored(await weights.pull(me, { model: 'timm/resnet18', mirror: other.url }));
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  hub.behaviour.account = 'another:one';
  const refused = await stored(await weights.pull(me, { model: 'timm/resnet18' }));
  expect(refused).toMatchObject({ status: 'failed', error: { code: 'WEIGHTS_FORBIDDEN' } });
  const { rows } = await pool.query('SELECT row_to_json(w) AS row FROM weights AS w');
  expect(JSON.stringify([rows, logged])).not.toMatch(/kim|p%40ss|p@ss/);
});

test('a config beside a file of weights that is none of theirs is left out, and refused in a folder of Hugging Face’s', async () => {
  await using world = await createWorld();
  const { weights, folder, stored } = world;
  writeFileSync(path.join(folder, 'config.json'), '# of another program');
  writeFileSync(path.join(folder, 'mine.safetensors'), tensors);
  const found = await stored(await weights.add(me, { path: path.join(folder, 'mine.safetensors') }));
  expect(found.files.map(({ name }) => name)).toEqual(['mine.safetensors']);
  const theirs = path.join(folder, 'theirs');
  mkdirSync(theirs);
  writeFileSync(path.join(theirs, 'config.json'), '{"cut":');
  writeFileSync(path.join(theirs, 'model.safetensors'), tensors);
  await expect(weights.add(me, { path: theirs })).rejects.toMatchObject({ code: 'NOT_WEIGHTS' });
});

test('weights that count already stay, whatever goes wrong behind their commit', async () => {
  await using world = await createWorld();
  const { folder, open, stored, uploads, objects } = world;
  const id = randomUUID();
  await uploads.store(id, 'mine.safetensors', Readable.from([tensors]));
  const service = open({
    uploads: Object.assign(Object.create(uploads), {
      release: async () => {
        throw new Error(`no way into ${folder}`);
      },
    }),
  });
  const found = await stored(await service.add(me, { path: `upload://${id}` }), service);
  await service.storing.close();
  expect(found).toMatchObject({ status: 'ready', error: null });
  expect(await objects.head('models', `weights/${found.id}/mine.safetensors`)).toMatchObject({
    size: tensors.length,
  });
});

test('a model whose hub is not known is refused before anything is written', async () => {
  await using world = await createWorld();
  const models = ['timm/resnest14d', 'torchvision/fcos_resnet18_fpn'];
  // Names that any object of JavaScript knows are no models.
  for (const model of [...models, 'timm/constructor', 'torchvision/toString'])
    await expect(world.weights.pull(me, { model })).rejects.toMatchObject({ code: 'WEIGHTS_NO_HUB' });
  expect((await world.weights.list(me, { limit: 10 })).total).toBe(0);
});
