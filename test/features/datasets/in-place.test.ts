import { readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { importFolder } from './support/open-service.ts';
import { picture, writeFiles } from './support/pictures.ts';
import { openSetting, storedKeys } from './support/setting.ts';
import { told } from './support/validate.ts';

test('in place, no image is copied; the manifest and the times of the files are kept', async () => {
  await using setting = await openSetting();
  const done = await importFolder(setting, { path: setting.pets, project: 'demo', mode: 'in_place' });
  expect(done).toMatchObject({ phase: 'done', version: 1 });
  expect(await storedKeys(setting)).toEqual([
    `${done.datasetId}/1/manifest.jsonl`,
    `${done.datasetId}/1/sizes.json`,
    `${done.datasetId}/1/times.json`,
  ]);
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown.versions).toMatchObject([{ mode: 'in_place', rootPath: setting.pets }]);
  const prepared = await setting.service.files.prepareForTraining(done.datasetId, 1);
  expect(prepared).toMatchObject({
    root: setting.pets,
    datasetVersion: 1,
    images: 6,
    classes: [
      { name: 'cat', count: 3 },
      { name: 'dog', count: 3 },
    ],
  });
  const lines = prepared.lines;
  expect(lines.map(({ file }) => file)).toEqual(lines.map(({ path }) => path));
  for (const { file } of lines) expect((await stat(path.join(prepared.root, file))).isFile()).toBe(true);
});

test('in place, the folder inside its wrapping and the names as the disk spells them are kept', async () => {
  await using setting = await openSetting();
  const wrapped = path.join(setting.folder, 'wrapped');
  const name = '고양이'.normalize('NFD');
  await writeFiles(wrapped, {
    [`set/${name}/1.png`]: await picture(1),
    [`set/${name}/2.png`]: await picture(2),
  });
  const done = await importFolder(setting, { path: wrapped, project: 'demo', mode: 'in_place' });
  const prepared = await setting.service.files.prepareForTraining(done.datasetId, 1);
  expect(prepared.root).toBe(path.join(wrapped, 'set'));
  const [first] = prepared.lines;
  expect(first).toMatchObject({ file: `${name}/1.png`, path: '고양이/1.png' });
  expect(await readFile(path.join(prepared.root, first?.file ?? ''))).toEqual(await picture(1));
});

test('verify names what was changed, is missing or came since; training is refused while it is so', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importFolder(setting, {
    path: setting.pets,
    project: 'demo',
    mode: 'in_place',
  });
  expect(await setting.service.verify(localOwnerId, 'pets', undefined)).toEqual({ ok: true, problems: [] });
  const original = await readFile(path.join(setting.pets, 'cat', '0.png'));
  await writeFile(path.join(setting.pets, 'cat', '0.png'), Buffer.concat([original, Buffer.from('more')]));
  await rename(path.join(setting.pets, 'cat', '1.png'), path.join(setting.pets, 'cat', 'moved.png'));
  await writeFile(path.join(setting.pets, 'readme.txt'), 'not an image');
  const found = await setting.service.verify(localOwnerId, 'pets', 1);
  expect(found.ok).toBe(false);
  expect(told(found.problems)).toEqual(['ADDED cat/moved.png', 'CHANGED cat/0.png', 'MISSING cat/1.png']);
  await expect(setting.service.files.prepareForTraining(datasetId, 1)).rejects.toMatchObject({
    code: 'DATASET_CHANGED',
    message: /1 file missing \(cat\/1\.png\) and 1 file changed \(cat\/0\.png\)/,
  });
  await writeFile(path.join(setting.pets, 'cat', '0.png'), original);
  await rename(path.join(setting.pets, 'cat', 'moved.png'), path.join(setting.pets, 'cat', '1.png'));
  // The time is another now, and the hash says that the bytes are not.
  await expect(setting.service.files.prepareForTraining(datasetId, 1)).resolves.toMatchObject({ images: 6 });
});

test('a file of the same size is noticed by its time and hash; one that was only touched is not a change', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importFolder(setting, {
    path: setting.pets,
    project: 'demo',
    mode: 'in_place',
  });
  const file = path.join(setting.pets, 'dog', '0.png');
  await utimes(file, new Date(0), new Date(0));
  await expect(setting.service.files.prepareForTraining(datasetId, 1)).resolves.toMatchObject({ images: 6 });
  const bytes = await readFile(file);
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await expect(setting.service.files.prepareForTraining(datasetId, 1)).rejects.toMatchObject({
    code: 'DATASET_CHANGED',
  });
});

test('a folder in place that went away is one problem, and its images are not served from elsewhere', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importFolder(setting, {
    path: setting.pets,
    project: 'demo',
    mode: 'in_place',
  });
  const [line] = (await setting.service.files.prepareForTraining(datasetId, 1)).lines;
  const { images } = await setting.service.images(localOwnerId, { dataset: datasetId, offset: 0, limit: 1 });
  const sha256 = images[0]?.sha256 ?? '';
  // A link in the file's place leads out of the root.
  const file = path.join(setting.pets, line?.file ?? '');
  await writeFile(path.join(setting.folder, 'elsewhere.png'), await picture(0));
  await rm(file);
  await symlink(path.join(setting.folder, 'elsewhere.png'), file);
  await expect(setting.service.readImage({ datasetId, version: 1, sha256 })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
  await rm(setting.pets, { recursive: true });
  const found = await setting.service.verify(localOwnerId, 'pets', 1);
  expect(told(found.problems)).toEqual(['MISSING ']);
});

test('in place, the same folder again is the version that is there, another folder with the same bytes is not', async () => {
  await using setting = await openSetting();
  const request = { path: setting.pets, project: 'demo', mode: 'in_place' } as const;
  await importFolder(setting, request);
  await utimes(path.join(setting.pets, 'cat', '0.png'), new Date(0), new Date(0));
  expect(await importFolder(setting, request)).toMatchObject({ version: 1, reused: true });
  const other = path.join(setting.folder, 'other', 'pets');
  for (const name of ['cat/0.png', 'cat/1.png', 'cat/2.png', 'dog/0.png', 'dog/1.png', 'dog/2.png']) {
    await writeFiles(other, { [name]: await readFile(path.join(setting.pets, name)) });
  }
  expect(await importFolder(setting, { ...request, path: other })).toMatchObject({
    version: 2,
    reused: false,
  });
});

test('linked, the object store shares the files’ bytes; a source that changes later is noticed', async () => {
  await using setting = await openSetting();
  const done = await importFolder(setting, { path: setting.pets, project: 'demo', mode: 'link' });
  expect(done).toMatchObject({ phase: 'done', version: 1 });
  const prepared = await setting.service.files.prepareForTraining(done.datasetId, 1);
  const [line] = prepared.lines;
  const blob = path.join(prepared.root, line?.file ?? '');
  const source = path.join(setting.pets, 'cat', '0.png');
  const isHardLink = (await stat(blob)).ino === (await stat(source)).ino;
  expect(await readFile(blob)).toEqual(await readFile(source));
  await writeFile(source, Buffer.concat([await readFile(source), Buffer.from('!')]));
  const found = await setting.service.verify(localOwnerId, 'pets', 1);
  expect(told(found.problems)).toEqual(isHardLink ? ['CHANGED cat/0.png'] : []);
  const again = setting.service.files.prepareForTraining(done.datasetId, 1);
  if (isHardLink) await expect(again).rejects.toMatchObject({ code: 'DATASET_CHANGED' });
  else await expect(again).resolves.toMatchObject({ images: 6 });
});

test('copied, a version lives on when its source is gone; a blob that is lost is named by its path', async () => {
  await using setting = await openSetting();
  const { datasetId } = await importFolder(setting, { path: setting.pets, project: 'demo' });
  await rm(setting.pets, { recursive: true });
  const prepared = await setting.service.files.prepareForTraining(datasetId, 1);
  const lines = prepared.lines;
  expect(prepared.lines).toEqual(lines);
  for (const { file } of lines) expect((await stat(path.join(prepared.root, file))).isFile()).toBe(true);
  expect(await setting.service.verify(localOwnerId, 'pets', 1)).toEqual({ ok: true, problems: [] });

  const [lost, damaged] = lines;
  await rm(path.join(prepared.root, lost?.file ?? ''));
  await writeFile(path.join(prepared.root, damaged?.file ?? ''), 'damaged');
  await expect(setting.service.files.prepareForTraining(datasetId, 1)).rejects.toMatchObject({
    code: 'DATASET_CHANGED',
    message: /cat\/0\.png/,
  });
  const found = await setting.service.verify(localOwnerId, 'pets', 1);
  expect(told(found.problems)).toEqual(['CHANGED cat/1.png', 'MISSING cat/0.png']);
});
