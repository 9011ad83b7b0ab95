import { rm } from 'node:fs/promises';
import path from 'node:path';
import { call } from '@orpc/server';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { datasetsApi } from '../../../src/main/api/datasets.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { apiContext } from '../../support/api-context.ts';
import { datasetCount, importFolder, makeProject } from './support/open-service.ts';
import { picture, writeFiles } from './support/pictures.ts';
import { openSetting } from './support/setting.ts';

test('the contract’s procedures answer what the contract says', async () => {
  await using setting = await openSetting();
  const api = datasetsApi;
  const context = { context: apiContext({ datasets: setting.service }) };
  const { datasetId, importId } = await call(
    api.import,
    { path: setting.pets, project: 'demo', format: 'imagenet', mode: 'copy', skipInvalid: false },
    context,
  );
  let progress = await call(api.waitForImport, { importId, afterDone: -1, waitMs: 0 }, context);
  while (progress.phase !== 'done') {
    progress = await call(api.waitForImport, { importId, afterDone: progress.done, waitMs: 5000 }, context);
  }
  expect(progress).toMatchObject({ datasetId, version: 1, reused: false, validation: { ok: true } });
  expect((await call(api.list, { project: 'demo', search: 'PET' }, context)).datasets).toMatchObject([
    { id: datasetId },
  ]);
  expect((await call(api.list, { search: 'no such' }, context)).datasets).toEqual([]);
  expect(await call(api.show, { dataset: 'Pets' }, context)).toMatchObject({ id: datasetId, version: 1 });
  expect(await call(api.validate, { path: setting.pets, format: 'imagenet' }, context)).toMatchObject({
    ok: true,
  });
  expect(await call(api.images, { dataset: 'pets', offset: 0, limit: 2 }, context)).toMatchObject({
    total: 6,
  });
  expect(await call(api.verify, { dataset: 'pets' }, context)).toEqual({ ok: true, problems: [] });
  await makeProject(setting, 'second');
  expect(await call(api.link, { dataset: 'pets', project: 'second' }, context)).toEqual({ id: datasetId });
  expect(await call(api.remove, { dataset: 'pets' }, context)).toEqual({ id: datasetId });
  await expect(call(api.show, { dataset: 'pets' }, context)).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
  });
});

test('images come in pages, by class, with the addresses of their bytes and thumbnails', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importFolder(setting, { path: setting.pets, project: 'demo' });
  await writeFiles(setting.pets, { 'dog/3.png': await picture(70) });
  await importFolder(setting, { path: setting.pets, project: 'demo' });
  const page = (request: object) =>
    setting.service.images(localOwnerId, { dataset: 'pets', offset: 0, limit: 60, ...request });
  const first = await page({ limit: 4 });
  const second = await page({ offset: 4, limit: 4 });
  expect(first.total).toBe(7);
  expect([...first.images, ...second.images].map((image) => image.path)).toEqual([
    'cat/0.png',
    'cat/1.png',
    'cat/2.png',
    'dog/0.png',
    'dog/1.png',
    'dog/2.png',
    'dog/3.png',
  ]);
  expect((await page({ class: 'dog' })).images.map((image) => image.path)).toEqual([
    'dog/0.png',
    'dog/1.png',
    'dog/2.png',
    'dog/3.png',
  ]);
  expect(await page({ class: 'dog', version: 1 })).toMatchObject({ total: 3 });
  expect(await page({ class: 'none' })).toEqual({ images: [], total: 0 });
  const [image] = first.images;
  expect(image).toMatchObject({ class: 'cat', width: 8, height: 8, channels: 3 });
  expect(image?.url).toBe(`/files/datasets/${datasetId}/2/images/${image?.sha256}`);
  expect(image?.thumbnailUrl).toBe(`${image?.url}?size=128`);
  await expect(page({ version: 3 })).rejects.toMatchObject({ code: 'DATASET_VERSION_NOT_FOUND' });
});

test('an image is served as it was imported, a thumbnail smaller and never larger, and nothing else at all', async () => {
  await using setting = await openSetting();
  const large = await sharp({ create: { width: 600, height: 300, channels: 3, background: '#38c' } })
    .tiff()
    .toBuffer();
  await writeFiles(setting.pets, { 'cat/large.tiff': large });
  const { datasetId } = await importFolder(setting, { path: setting.pets, project: 'demo' });
  const { images } = await setting.service.images(localOwnerId, { dataset: 'pets', offset: 0, limit: 60 });
  const find = (name: string) => images.find((image) => image.path === name)?.sha256 ?? '';
  const read = (sha256: string, size?: number) =>
    setting.service.readImage({ datasetId, version: 1, sha256, ...(size === undefined ? {} : { size }) });

  const original = await read(find('cat/large.tiff'));
  expect(Buffer.from(original.body)).toEqual(large);
  expect(original).toMatchObject({ mediaType: 'image/tiff', etag: `"${find('cat/large.tiff')}"` });
  const small = await read(find('cat/large.tiff'), 100);
  expect(small.mediaType).toBe('image/webp');
  expect(await sharp(small.body).metadata()).toMatchObject({ format: 'webp', width: 128, height: 64 });
  expect(await read(find('cat/large.tiff'), 100)).toBe(small);
  const tiny = await read(find('cat/0.png'), 512);
  expect(await sharp(tiny.body).metadata()).toMatchObject({ format: 'png', width: 8, height: 8 });
  expect(await sharp(tiny.body).raw().toBuffer()).toEqual(
    await sharp(await picture(0))
      .raw()
      .toBuffer(),
  );

  await expect(read('0'.repeat(64))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND', status: 404 });
  // A blob of another dataset is none of this one's.
  const others = path.join(setting.folder, 'others');
  await writeFiles(others, { 'a/1.png': await picture(91), 'a/2.png': await picture(92) });
  const other = await importFolder(setting, { path: others, project: 'demo' });
  const [foreign] = (
    await setting.service.images(localOwnerId, { dataset: other.datasetId, offset: 0, limit: 1 })
  ).images;
  await expect(read(foreign?.sha256 ?? '')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
});

test('a damaged manifest is refused rather than believed', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importFolder(setting, { path: setting.pets, project: 'demo' });
  await setting.store.put(
    'datasets',
    `${datasetId}/1/manifest.jsonl`,
    Buffer.from('{"file":"../../secret"}\n'),
  );
  await expect(setting.service.files.prepareForTraining(datasetId, 1)).rejects.toMatchObject({
    code: 'MANIFEST_DAMAGED',
  });
  await rm(setting.pets, { recursive: true });
});

test('a dataset is linked to projects, which count it once, and not at all once it is in the bin', async () => {
  await using setting = await openSetting();
  await importFolder(setting, { path: setting.pets, project: 'demo' });
  await makeProject(setting, 'second');
  const count = (name: string) => datasetCount(setting, name);
  await Promise.all([1, 2, 3].map(() => setting.service.link(localOwnerId, 'pets', 'second')));
  expect([await count('demo'), await count('second')]).toEqual([1, 1]);
  expect((await setting.service.show(localOwnerId, 'pets')).projects.map(({ name }) => name)).toEqual([
    'demo',
    'second',
  ]);
  await expect(setting.service.link(localOwnerId, 'pets', 'third')).rejects.toMatchObject({
    code: 'PROJECT_NOT_FOUND',
  });
  await setting.service.remove(localOwnerId, 'pets');
  expect([await count('demo'), await count('second')]).toEqual([0, 0]);
  expect(await setting.service.list(localOwnerId, { limit: 1 })).toMatchObject({ datasets: [], total: 0 });
  await expect(setting.service.remove(localOwnerId, 'pets')).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
  });
  // The name is free again.
  const again = await importFolder(setting, { path: setting.pets, project: 'demo' });
  expect(again).toMatchObject({ version: 1, reused: false });
});

test('a dataset stays while a run that is not over uses it', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importFolder(setting, { path: setting.pets, project: 'demo' });
  const { rows } = await setting.pool.query(
    `INSERT INTO workflows (project_id, user_id, name, status) VALUES ($1, $2, 'run', 'running') RETURNING id`,
    [setting.project, localOwnerId],
  );
  await setting.pool.query(
    `INSERT INTO workflow_configs (workflow_id, task_type, model_name, model_source, dataset_id)
    VALUES ($1, 'classification', 'cnn', 'builtin', $2)`,
    [rows[0]?.id, datasetId],
  );
  await expect(setting.service.remove(localOwnerId, 'pets')).rejects.toMatchObject({
    code: 'DATASET_IN_USE',
    message: /a run that is/,
  });
  await setting.pool.query(`UPDATE workflows SET status = 'completed'`);
  await setting.service.remove(localOwnerId, 'pets');
  // What it was trained on can still be read: a run keeps its data.
  await expect(setting.service.files.prepareForTraining(datasetId, 1)).resolves.toMatchObject({ images: 6 });
});
