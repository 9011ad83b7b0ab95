import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../src/main/domain/identity/local-owner.ts';
import { noisy } from '../support/odd-images.ts';
import { importFolder } from './support/open-service.ts';
import { writeFiles } from './support/pictures.ts';
import { openSetting } from './support/setting.ts';

type Setting = Awaited<ReturnType<typeof openSetting>>;

/** Pets, two of them photographed upright: 32 × 48 pixels, stored on their side. */
async function importPhotos(setting: Setting, mode: 'copy' | 'in_place') {
  const photo = (number: number) => noisy(number, 48, 32).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  await writeFiles(setting.pets, {
    'cat/upright.jpg': await photo(1),
    'dog/upright.jpg': await photo(2),
    'dog/wide.jpg': await noisy(3, 48, 32).jpeg().toBuffer(),
  });
  return importFolder(setting, { path: setting.pets, project: 'demo', mode });
}

/** Makes version 1 what imports made that stored sizes unturned. */
async function makeOld({ store, pool }: Setting, datasetId: string): Promise<void> {
  const key = `${datasetId}/1/manifest.jsonl`;
  const manifest = await text(await store.get('datasets', key));
  const old = manifest.replaceAll('"width":32,"height":48', '"width":48,"height":32');
  expect(old).not.toBe(manifest);
  await store.put('datasets', key, Buffer.from(old));
  await store.remove('datasets', `${datasetId}/1/sizes.json`);
  await pool.query('UPDATE dataset_versions SET manifest_sha256 = $2 WHERE dataset_id = $1', [
    datasetId,
    createHash('sha256').update(old).digest('hex'),
  ]);
}

async function sizesOf({ service }: Pick<Setting, 'service'>, datasetId: string): Promise<string[]> {
  const prepared = await service.prepareForTraining(datasetId, 1);
  const sizes: string[] = [];
  for await (const { path: name, width, height } of prepared.lines)
    if (name.endsWith('.jpg')) sizes.push(`${name} ${width} × ${height}`);
  return sizes;
}

const upright = ['cat/upright.jpg 32 × 48', 'dog/upright.jpg 32 × 48', 'dog/wide.jpg 48 × 32'];
const corrected = async ({ service }: Setting) =>
  (await service.show(localOwnerId, 'pets')).versions.map((version) => version.correctedSizes);

test('a version has upright sizes, and says that none was corrected', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importPhotos(setting, 'copy');
  expect(await sizesOf(setting, datasetId)).toEqual(upright);
  expect(await corrected(setting)).toEqual([0]);
});

test.each(['copy', 'in_place'] as const)(
  'a version of an older import (%s) is told apart, and its sizes are read from the images once',
  async (mode) => {
    await using setting = await openSetting();
    const { datasetId } = await importPhotos(setting, mode);
    await makeOld(setting, datasetId);
    expect(await corrected(setting)).toEqual([null]);
    expect(await sizesOf(setting, datasetId)).toEqual(upright);
    expect(await corrected(setting)).toEqual([2]);
    const { images } = await setting.service.images(localOwnerId, { dataset: 'pets', offset: 0, limit: 60 });
    expect(images.find((image) => image.path === 'cat/upright.jpg')).toMatchObject({ width: 32, height: 48 });
    const kept = await buffer(await setting.store.get('datasets', `${datasetId}/1/sizes.json`));
    expect(JSON.parse(kept.toString()).turned).toHaveLength(2);
  },
);

test('what is missing when sizes are read is not remembered as right', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importPhotos(setting, 'in_place');
  await makeOld(setting, datasetId);
  const photo = path.join(setting.pets, 'cat', 'upright.jpg');
  await rename(photo, `${photo}.away`);
  const { images } = await setting.service.images(localOwnerId, { dataset: 'pets', offset: 0, limit: 60 });
  expect(images).not.toHaveLength(0);
  expect(await corrected(setting)).toEqual([null]);
});

test('the same photos imported again become a version of their own, whose sizes need no correction', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importPhotos(setting, 'copy');
  await makeOld(setting, datasetId);
  const again = await importFolder(setting, { path: setting.pets, project: 'demo' });
  expect(again).toMatchObject({ datasetId, version: 2, reused: false });
  expect(await corrected(setting)).toEqual([0, null]);
});
