import { rename } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { importFolder } from './support/open-service.ts';
import { openSetting } from './support/setting.ts';
import { importPhotos, makeOld, sizesOf, upright } from './support/turned-photos.ts';

const corrected = async ({ service }: Awaited<ReturnType<typeof openSetting>>) =>
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
