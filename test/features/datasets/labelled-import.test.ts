import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { zip } from './support/archives.ts';
import { importFolder } from './support/open-service.ts';
import { goodFiles, picture, writeFiles, yoloLabels } from './support/pictures.ts';
import { openSetting, storedKeys } from './support/setting.ts';

type Setting = Awaited<ReturnType<typeof openSetting>>;

const page = { dataset: 'pets', offset: 0, limit: 10 };

/** The lines of `annotations.jsonl` of a version. */
async function annotationsOf({ store }: Setting, datasetId: string, version = 1): Promise<string[]> {
  const stored = await text(await store.get('datasets', `${datasetId}/${version}/annotations.jsonl`));
  return stored.split('\n').slice(0, -1);
}

test('labels found by themselves are stored once with the version, a line for each image, and are read back image by image', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, yoloLabels());
  const done = await importFolder(setting, { path: setting.pets, project: 'demo', format: 'auto' });
  expect(done.validation?.summary).toMatchObject({
    format: 'yolo',
    recognised: { mark: 'data_yaml', file: 'data.yaml' },
    boxes: 5,
    background: 1,
    sizes: { small: 5, medium: 0, large: 0 },
  });
  const shown = await setting.service.show(localOwnerId, 'pets');
  const [version] = shown.versions;
  expect(shown).toMatchObject({
    format: 'yolo',
    images: 6,
    classes: [
      { name: 'dog', count: 2 },
      { name: 'cat', count: 3 },
    ],
    labels: { boxes: 5, masks: 0, background: 1, crowds: 0, difficult: 0 },
  });
  const lines = await annotationsOf(setting, done.datasetId);
  expect(lines).toHaveLength(6);
  expect(JSON.parse(lines[0] ?? '')).toEqual([{ class: 1, box: [2.8, 3, 2.4, 2] }]);
  expect(lines[5]).toBe('[]');
  const whole = createHash('sha256')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex');
  expect(version?.annotationsSha256).toBe(whole);

  const all = await setting.service.images(localOwnerId, page);
  expect(all.images.map(({ path: name, class: own, objects }) => [name, own, objects?.[0]?.class])).toEqual([
    ['cat/0.png', null, 1],
    ['cat/1.png', null, 1],
    ['cat/2.png', null, 1],
    ['dog/0.png', null, 0],
    ['dog/1.png', null, 0],
    ['dog/2.png', null, undefined],
  ]);
  const dogs = await setting.service.images(localOwnerId, { ...page, class: 'dog' });
  expect(dogs).toMatchObject({ total: 2, images: [{ path: 'dog/0.png' }, { path: 'dog/1.png' }] });
  const one = await setting.service.image(localOwnerId, { dataset: 'pets', path: 'dog/1.png' });
  expect(one).toMatchObject({ path: 'dog/1.png', objects: [{ class: 0, crowd: false, mask: null }] });
  await expect(
    setting.service.image(localOwnerId, { dataset: 'pets', path: '../escape.png' }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await setting.service.verify(localOwnerId, 'pets', 1)).toEqual({ ok: true, problems: [] });
});

test('the same images with another label, or with their classes in another order, are another version', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, yoloLabels());
  const again = () => importFolder(setting, { path: setting.pets, project: 'demo', format: 'yolo' });
  expect(await again()).toMatchObject({ version: 1, reused: false });
  expect(await again()).toMatchObject({ version: 1, reused: true });
  await writeFile(path.join(setting.pets, 'cat', '0.txt'), '1 0.5 0.5 0.31 0.25\n');
  expect(await again()).toMatchObject({ version: 2, reused: false });
  await writeFiles(setting.pets, {
    ...yoloLabels(),
    'data.yaml': Buffer.from('names: [cat, dog]\ntrain: .\n'),
  });
  expect(await again()).toMatchObject({ version: 3, reused: false });
  expect(await again()).toMatchObject({ version: 3, reused: true });
});

test('a folder in place keeps its images where they are and its labels with the version', async () => {
  await using setting = await openSetting();
  const labels = yoloLabels();
  await writeFiles(setting.pets, labels);
  await importFolder(setting, { path: setting.pets, project: 'demo', format: 'auto', mode: 'in_place' });
  expect(await storedKeys(setting, 'blobs/')).toEqual([]);
  await writeFile(path.join(setting.pets, 'cat', '0.txt'), 'changed since\n');
  const { images } = await setting.service.images(localOwnerId, page);
  expect(images[0]?.objects).toMatchObject([{ class: 1 }]);
  expect(await setting.service.verify(localOwnerId, 'pets', 1)).toEqual({ ok: true, problems: [] });
  await writeFile(
    path.join(setting.pets, 'cat', 'new.png'),
    await readFile(path.join(setting.pets, 'cat', '1.png')),
  );
  const { problems } = await setting.service.verify(localOwnerId, 'pets', 1);
  expect(problems).toMatchObject([{ code: 'ADDED', path: 'cat/new.png' }]);
});

test('labels that are not those that were imported are found', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, yoloLabels());
  const { datasetId } = await importFolder(setting, { path: setting.pets, project: 'demo', format: 'yolo' });
  const key = `${datasetId}/1/annotations.jsonl`;
  const stored = await text(await setting.store.get('datasets', key));
  await setting.store.put('datasets', key, Buffer.from(stored.replace('"class":1', '"class":0')));
  const verified = () => setting.service.verify(localOwnerId, 'pets', 1);
  expect(await verified()).toMatchObject({ ok: false, problems: [{ code: 'CHANGED', path: key }] });
  await setting.store.remove('datasets', key);
  expect(await verified()).toMatchObject({ ok: false, problems: [{ code: 'MISSING', path: key }] });
});

test('what an import in place left out beside its images is not called added later', async () => {
  await using setting = await openSetting();
  const folder = path.join(setting.folder, 'drawn');
  const coco = {
    images: [{ id: 1, file_name: 'a.png', width: 8, height: 8 }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [1, 1, 5, 5] }],
    categories: [{ id: 1, name: 'bolt' }],
  };
  await writeFiles(folder, {
    'all.json': Buffer.from(JSON.stringify(coco)),
    'a.png': await picture(1),
    'drawings/a.png': await picture(2),
  });
  const wish = {
    path: folder,
    project: 'demo',
    name: 'pets',
    mode: 'in_place' as const,
    format: 'auto' as const,
  };
  expect(await importFolder(setting, wish)).toMatchObject({ phase: 'done' });
  expect(await setting.service.verify(localOwnerId, 'pets', 1)).toEqual({ ok: true, problems: [] });
});

test('a zip is imported as the folder in it is, and is the same version', async () => {
  await using setting = await openSetting();
  const files = { ...(await goodFiles()), ...yoloLabels() };
  await writeFiles(setting.pets, yoloLabels());
  const entries = Object.entries(files).map(([name, body]) => ({
    name: `wrapped/${name}`,
    body: Buffer.from(body),
  }));
  const archive = path.join(setting.folder, 'pets.zip');
  await writeFile(archive, zip(entries));
  const first = await importFolder(setting, { path: setting.pets, project: 'demo', format: 'auto' });
  const second = await importFolder(setting, { path: archive, project: 'demo', format: 'auto' });
  expect(second).toMatchObject({ datasetId: first.datasetId, version: 1, reused: true });
});

test('a wrong row keeps a set out; left out, it costs neither the image’s other objects nor the set, and an image that lost all of them is not taught as empty', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, {
    ...yoloLabels(),
    'cat/0.txt': Buffer.from('1 0.5 0.5 0.3 0.25\n1 5 5 1 1\n'),
    'cat/1.txt': Buffer.from('1 5 5 1 1\n'),
  });
  const strict = await importFolder(setting, { path: setting.pets, project: 'demo', format: 'auto' });
  expect(strict).toMatchObject({ phase: 'failed', error: { code: 'DATASET_INVALID' } });
  expect(strict.error?.message).toMatch(/the first: \S+:\d+: /);
  const lines = strict.validation?.errors.map(({ path: file, line }) => [file, line]);
  expect(lines).toEqual([
    ['cat/0.txt', 2],
    ['cat/1.txt', 1],
  ]);
  const lenient = await importFolder(setting, {
    path: setting.pets,
    project: 'demo',
    format: 'auto',
    skipInvalid: true,
  });
  expect(lenient).toMatchObject({ phase: 'done', version: 1 });
  // The report says beforehand what the import makes of it.
  expect(strict.validation?.summary).toMatchObject({ images: 6, leftOut: 1 });
  const { images } = await setting.service.images(localOwnerId, page);
  expect(images.map(({ path: name, objects }) => [name, objects?.length])).toEqual([
    ['cat/0.png', 1],
    ['cat/2.png', 1],
    ['dog/0.png', 1],
    ['dog/1.png', 1],
    ['dog/2.png', 0],
  ]);
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown).toMatchObject({ images: 5, labels: { boxes: 4, background: 1 } });
});

test('images of one split, and of one class in it, are listed by themselves', async () => {
  await using setting = await openSetting();
  const pets = await goodFiles();
  const moved = Object.entries({ ...pets, ...yoloLabels() }).map(
    ([name, body]) =>
      [
        name.replace(/^(cat|dog)\/(\d)/, (_, own, at) => `${at === '0' ? 'val' : 'train'}/${own}${at}`),
        body,
      ] as const,
  );
  const yaml = Buffer.from('train: train\nval: val\nnames: [dog, cat]\n');
  const folder = path.join(setting.folder, 'parted');
  await writeFiles(folder, { ...Object.fromEntries(moved), 'data.yaml': yaml });
  await importFolder(setting, { path: folder, project: 'demo', name: 'pets', format: 'auto' });
  const [version] = (await setting.service.show(localOwnerId, 'pets')).versions;
  expect(version?.splits).toEqual({ train: 4, val: 2 });
  const paths = async (wish: object) => {
    const { images, total } = await setting.service.images(localOwnerId, { ...page, ...wish });
    return [total, ...images.map((image) => image.path)];
  };
  expect(await paths({ split: 'val' })).toEqual([2, 'val/cat0.png', 'val/dog0.png']);
  expect(await paths({ split: 'train', class: 'dog' })).toEqual([1, 'train/dog1.png']);
  expect(await paths({ split: 'test' })).toEqual([0]);
});

test('a source with labels of two formats is not guessed at', async () => {
  await using setting = await openSetting();
  const coco = {
    images: [{ id: 1, file_name: 'cat/0.png', width: 8, height: 8 }],
    annotations: [],
    categories: [],
  };
  await writeFiles(setting.pets, { ...yoloLabels(), 'instances.json': Buffer.from(JSON.stringify(coco)) });
  const done = await importFolder(setting, { path: setting.pets, project: 'demo', format: 'auto' });
  expect(done).toMatchObject({
    phase: 'failed',
    error: {
      code: 'FORMAT_UNCLEAR',
      message: expect.stringMatching(/COCO \(instances\.json\), YOLO|YOLO .*COCO/),
    },
  });
});

test('a cancelled import of labelled images leaves no labels behind', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, { ...yoloLabels(), 'cat/large.png': await picture(99, 'png', 64) });
  const begun = await setting.service.import(localOwnerId, {
    path: setting.pets,
    project: 'demo',
    format: 'auto',
    mode: 'copy',
    skipInvalid: false,
  });
  await setting.service.cancelImport(localOwnerId, begun.importId);
  await setting.service.close();
  const keys = await storedKeys(setting);
  expect(keys.filter((key) => key.endsWith('annotations.jsonl'))).toEqual([]);
});
