import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { copyObjects, fingerprintObjects } from '../../../src/main/stores/migration/copy-objects.ts';
import type { CopyProgress } from '../../../src/main/stores/migration/progress.ts';
import { FilesObjectStore } from '../../../src/main/stores/objects/files/object-store.ts';
import type { ObjectStore } from '../../../src/main/stores/objects/ports.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { runCopier } from './support.ts';

const silent = () => undefined;

async function openStore() {
  const place = await temporaryFolder();
  const root = place.folder;
  const store = await FilesObjectStore.open(root);
  await store.ensureBuckets();
  return { root, store, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

async function fill(store: ObjectStore): Promise<void> {
  for (let index = 0; index < 40; index += 1) {
    await store.put('datasets', `blobs/${index % 3}/${index}`, randomBytes(index * 50));
  }
  await store.put('models', 'large/weights.safetensors', randomBytes(3 * 1024 * 1024));
  await store.put('models', 'empty', new Uint8Array());
  await store.put('artifacts', 'run/1/model.onnx', randomBytes(700_000));
}

test('copies every object, leaves the source as it was, and has nothing to do the second time', async () => {
  await using source = await openStore();
  await using target = await openStore();
  await fill(source.store);
  const before = await fingerprintObjects(source.store, silent);
  const changes: CopyProgress[] = [];
  const first = await copyObjects(source.store, target.store, (each) => changes.push(each));
  expect(first).toEqual({ count: 43, copied: 43, sha256: before.sha256 });
  expect(changes).toContainEqual({ step: 'copying', what: 'datasets', done: 40, total: null });
  expect(await fingerprintObjects(source.store, silent)).toEqual(before);
  expect(await fingerprintObjects(target.store, silent)).toEqual(before);
  for (const [bucket, key] of [
    ['models', 'large/weights.safetensors'],
    ['datasets', 'blobs/1/7'],
  ] as const) {
    const [original, copy] = await Promise.all([
      source.store.get(bucket, key),
      target.store.get(bucket, key),
    ]);
    expect((await buffer(copy)).equals(await buffer(original))).toBe(true);
  }
  expect(await copyObjects(source.store, target.store, silent)).toEqual({ ...first, copied: 0 });
});

test('refuses a target with objects of its own before it writes anything', async () => {
  await using source = await openStore();
  await using target = await openStore();
  await fill(source.store);
  const refusal = { code: 'MIGRATION_TARGET_NOT_EMPTY', message: expect.stringContaining('snapshots/mine') };
  await target.store.put('snapshots', 'mine', Buffer.from('abc'));
  await expect(copyObjects(source.store, target.store, silent)).rejects.toMatchObject(refusal);
  // As long, but not the same.
  await source.store.put('snapshots', 'mine', Buffer.from('abd'));
  await expect(copyObjects(source.store, target.store, silent)).rejects.toMatchObject(refusal);
  expect((await fingerprintObjects(target.store, silent)).count).toBe(1);
});

test('says so where the copy is not the same in the end', async () => {
  await using source = await openStore();
  await using target = await openStore();
  await fill(source.store);
  const forgetful: ObjectStore = Object.assign(Object.create(target.store), {
    put: async (...[bucket, key, body]: Parameters<ObjectStore['put']>) => {
      if (!(body instanceof Uint8Array)) for await (const _chunk of body);
      return target.store.put(bucket, key, Buffer.from('other'));
    },
  });
  await expect(copyObjects(source.store, forgetful, silent)).rejects.toMatchObject({
    code: 'MIGRATION_DIFFERS',
  });
});

test.each([
  'migration.objects.before',
  'migration.objects.after:2',
  'migration.object.before',
  'migration.object.after',
])('killed at %s, the next copy completes it', async (failpoint) => {
  await using source = await openStore();
  await using target = await openStore();
  await fill(source.store);
  await expect(runCopier(['objects', source.root, target.root], failpoint)).rejects.toMatchObject({
    signal: 'SIGKILL',
  });
  const again = await FilesObjectStore.open(target.root);
  expect(await copyObjects(source.store, again, silent)).toMatchObject({ count: 43 });
});
