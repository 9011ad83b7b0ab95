import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { noisy } from '../../../support/odd-images.ts';
import { importFolder } from './open-service.ts';
import { writeFiles } from './pictures.ts';
import type { openSetting } from './setting.ts';

type Setting = Awaited<ReturnType<typeof openSetting>>;

/** Pets, two of them photographed upright: 32 × 48 pixels, stored on their side. */
export async function importPhotos(setting: Setting, mode: 'copy' | 'in_place') {
  const photo = (number: number) => noisy(number, 48, 32).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  await writeFiles(setting.pets, {
    'cat/upright.jpg': await photo(1),
    'dog/upright.jpg': await photo(2),
    'dog/wide.jpg': await noisy(3, 48, 32).jpeg().toBuffer(),
  });
  return importFolder(setting, { path: setting.pets, project: 'demo', mode });
}

/** Makes version 1 what imports made that stored sizes unturned. */
export async function makeOld({ store, pool }: Setting, datasetId: string): Promise<void> {
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

/** The sizes that a training gets. */
export async function sizesOf({ service }: Pick<Setting, 'service'>, datasetId: string): Promise<string[]> {
  const prepared = await service.files.prepareForTraining(datasetId, 1);
  const sizes: string[] = [];
  for await (const { path: name, width, height } of prepared.lines)
    if (name.endsWith('.jpg')) sizes.push(`${name} ${width} × ${height}`);
  return sizes;
}

/** As {@link sizesOf} answers of {@link importPhotos}. */
export const upright = ['cat/upright.jpg 32 × 48', 'dog/upright.jpg 32 × 48', 'dog/wide.jpg 48 × 32'];
