import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { storeImages } from '../../../src/main/features/datasets/import-job.ts';
import { defaultLimits } from '../../../src/main/features/datasets/limits.ts';
import { sharpImageReader } from '../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import { automatic } from '../../../src/main/features/datasets/reading.ts';
import { scanSource } from '../../../src/main/features/datasets/scan.ts';
import { sourcesOf } from '../../../src/main/features/datasets/sources/open-source.ts';
import { evaluate } from '../../../src/main/features/datasets/validation.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { zip } from './support/archives.ts';
import { datasetCount, importFolder, makeProject } from './support/open-service.ts';
import { goodFiles, picture, writeFiles } from './support/pictures.ts';
import { openSetting, storedKeys } from './support/setting.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('an import stores each content once, the manifest last, and tells the dataset by its classes', async () => {
  await using setting = await openSetting();
  const files = await goodFiles();
  await writeFiles(setting.pets, { 'cat/again.png': files['cat/0.png'] ?? null });
  const done = await importFolder(setting, {
    path: setting.pets,
    project: 'demo',
    description: 'of friends',
  });
  expect(done).toMatchObject({ phase: 'done', version: 1, reused: false, error: null, done: 7, total: 7 });
  expect(done.validation).toMatchObject({
    ok: true,
    warnings: [{ code: 'FEW_IMAGES' }, { code: 'DUPLICATE_IMAGE' }],
  });
  const { versions } = await setting.service.show(localOwnerId, done.datasetId);
  expect(versions).toMatchObject([{ version: 1, trainingRisks: [{ code: 'FEW_IMAGES' }] }]);

  const blobs = Object.values(files).map((bytes) => `blobs/${sha256(bytes).slice(0, 2)}/${sha256(bytes)}`);
  expect(await storedKeys(setting, 'blobs/')).toEqual(blobs.sort());
  const key = `${done.datasetId}/1/manifest.jsonl`;
  const manifest = await text(await setting.store.get('datasets', key));
  expect(manifest.endsWith('\n')).toBe(true);
  const lines = manifest
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const first = sha256(files['cat/0.png'] ?? Buffer.alloc(0));
  expect(lines.map((line) => line.path)).toEqual([
    'cat/0.png',
    'cat/1.png',
    'cat/2.png',
    'cat/again.png',
    'dog/0.png',
    'dog/1.png',
    'dog/2.png',
  ]);
  expect(lines[3]).toEqual({
    file: `blobs/${first.slice(0, 2)}/${first}`,
    path: 'cat/again.png',
    class: 'cat',
    sha256: first,
    size: files['cat/0.png']?.length,
    width: 8,
    height: 8,
    channels: 3,
    split: null,
  });

  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown).toMatchObject({
    id: done.datasetId,
    name: 'pets',
    description: 'of friends',
    format: 'imagenet',
    status: 'ready',
    version: 1,
    mode: 'copy',
    storagePath: `s3://datasets/${done.datasetId}/1`,
    images: 7,
    classes: [
      { name: 'cat', count: 4 },
      { name: 'dog', count: 3 },
    ],
    projects: [{ id: setting.project, name: 'demo' }],
    import: { phase: 'done' },
    versions: [{ version: 1, manifestSha256: sha256(Buffer.from(manifest)), images: 7 }],
    validation: { ok: true },
  });
  const { rows } = await setting.pool.query('SELECT size_bytes, file_count, status FROM datasets');
  expect(rows).toEqual([{ size_bytes: shown.sizeBytes, file_count: 7, status: 'ready' }]);
  expect(await datasetCount(setting, 'demo')).toBe(1);
  expect(setting.audit).toMatchObject([{ action: 'dataset.upload', resource: { id: done.datasetId } }]);
});

test('the same bytes again are the version that is there; other bytes are the next', async () => {
  await using setting = await openSetting();
  const first = await importFolder(setting, { path: setting.pets, project: 'demo' });
  const archive = path.join(setting.folder, 'Pets.zip');
  await writeFile(
    archive,
    zip(Object.entries(await goodFiles()).map(([name, body]) => ({ name: `pets/${name}`, body }))),
  );
  const other = await makeProject(setting, 'other');
  const again = await importFolder(setting, { path: archive, project: 'other' });
  expect(again).toMatchObject({ datasetId: first.datasetId, version: 1, reused: true });
  expect(await datasetCount(setting, other)).toBe(1);

  await writeFiles(setting.pets, { 'dog/new.png': await picture(80) });
  const more = await importFolder(setting, { path: setting.pets, project: 'demo' });
  expect(more).toMatchObject({ datasetId: first.datasetId, version: 2, reused: false });
  expect(await storedKeys(setting, 'blobs/')).toHaveLength(7);
  expect(await storedKeys(setting, `${first.datasetId}/`)).toEqual([
    `${first.datasetId}/1/manifest.jsonl`,
    `${first.datasetId}/1/sizes.json`,
    `${first.datasetId}/2/manifest.jsonl`,
    `${first.datasetId}/2/sizes.json`,
  ]);
  const shown = await setting.service.show(localOwnerId, first.datasetId);
  expect(shown).toMatchObject({ version: 2, images: 7, storagePath: `s3://datasets/${first.datasetId}/2` });
  expect(shown.versions.map(({ version }) => version)).toEqual([2, 1]);
});

test('many imports of one new name at once make one dataset and each version once', async () => {
  await using setting = await openSetting();
  const other = path.join(setting.folder, 'other', 'pets');
  await writeFiles(other, { ...(await goodFiles()), 'cat/9.png': await picture(90) });
  const paths = [setting.pets, other, setting.pets, other, setting.pets, other];
  const done = await Promise.all(paths.map((from) => importFolder(setting, { path: from, project: 'demo' })));
  expect(new Set(done.map(({ datasetId }) => datasetId)).size).toBe(1);
  expect(done.filter(({ reused }) => !reused)).toHaveLength(2);
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown.versions.map(({ version }) => version)).toEqual([2, 1]);
  expect(new Set(shown.versions.map(({ manifestSha256 }) => manifestSha256)).size).toBe(2);
  for (const [index, { version }] of done.entries()) expect(version).toBe(done[index % 2]?.version);
});

test('an invalid dataset is not imported: all its errors are kept, nothing is stored', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, {
    'cat/broken.png': Buffer.from('x'),
    'dog/wrong.png': await picture(5, 'jpeg'),
  });
  const done = await importFolder(setting, { path: setting.pets, project: 'demo' });
  expect(done).toMatchObject({ phase: 'failed', version: null, error: { code: 'DATASET_INVALID' } });
  expect(done.validation?.errors.map(({ code }) => code)).toEqual(['IMAGE_UNREADABLE', 'EXTENSION_MISMATCH']);
  expect(await storedKeys(setting)).toEqual([]);
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown).toMatchObject({
    status: 'error',
    version: null,
    images: 0,
    projects: [],
    import: { phase: 'failed' },
  });
  expect(shown.validation?.errors).toHaveLength(2);
  const { rows } = await setting.pool.query('SELECT validation_result FROM datasets');
  expect(rows[0]?.validation_result.errors).toHaveLength(2);
  // It is seen where it was wanted, so that somebody fixes it.
  expect((await setting.service.list(localOwnerId, { project: 'demo', limit: 10 })).total).toBe(1);
  expect(await datasetCount(setting, 'demo')).toBe(0);

  const skipped = await importFolder(setting, { path: setting.pets, project: 'demo', skipInvalid: true });
  expect(skipped).toMatchObject({ phase: 'done', version: 1, datasetId: done.datasetId });
  expect(await setting.service.show(localOwnerId, 'pets')).toMatchObject({ status: 'ready', images: 6 });
});

test('what leaving files out does not fix is refused even where invalid files are skipped', async () => {
  await using setting = await openSetting();
  await writeFiles(setting.pets, { 'Cat/1.png': await picture(5) });
  const done = await importFolder(setting, { path: setting.pets, project: 'demo', skipInvalid: true });
  expect(done).toMatchObject({ phase: 'failed', error: { code: 'DATASET_INVALID' } });
});

test('a later import that fails leaves the versions that are there as they are', async () => {
  await using setting = await openSetting();
  await importFolder(setting, { path: setting.pets, project: 'demo' });
  await writeFiles(setting.pets, { 'cat/broken.png': Buffer.from('x') });
  await importFolder(setting, { path: setting.pets, project: 'demo' });
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown).toMatchObject({ status: 'ready', version: 1, images: 6, import: { phase: 'failed' } });
  expect(shown.validation?.ok).toBe(false);
});

test('bad requests change nothing and say what is wrong', async () => {
  await using setting = await openSetting();
  const archive = path.join(setting.folder, 'set.zip');
  await writeFile(archive, zip([]));
  const ask = (request: object) =>
    setting.service.import(localOwnerId, {
      path: setting.pets,
      project: 'demo',
      format: 'imagenet',
      mode: 'copy',
      skipInvalid: false,
      ...request,
    });
  await expect(ask({ project: 'nowhere' })).rejects.toMatchObject({ code: 'PROJECT_NOT_FOUND' });
  await expect(ask({ path: 'pets' })).rejects.toMatchObject({ code: 'PATH_NOT_ABSOLUTE' });
  await expect(ask({ path: '/no/such/folder' })).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
  await expect(ask({ path: setting.home })).rejects.toMatchObject({ code: 'STATE_FOLDER' });
  await expect(ask({ path: setting.folder })).rejects.toMatchObject({ code: 'STATE_FOLDER' });
  await expect(ask({ path: path.join(setting.home, 'objects') })).rejects.toMatchObject({
    code: 'STATE_FOLDER',
  });
  // No server is asked for that: none is there.
  for (const mode of ['link', 'in_place'] as const)
    await expect(ask({ path: 's3://lab/pets', mode })).rejects.toMatchObject({
      code: 'S3_SOURCE_NEEDS_COPY',
    });
  await expect(ask({ path: archive, mode: 'link' })).rejects.toMatchObject({ code: 'MODE_NEEDS_FOLDER' });
  await expect(ask({ path: 'upload://../../etc' })).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  expect((await setting.pool.query('SELECT FROM datasets')).rowCount).toBe(0);
  expect((await setting.pool.query('SELECT FROM dataset_imports')).rowCount).toBe(0);
});

test('validating what is not there is a finding like any other', async () => {
  await using setting = await openSetting();
  const validate = (wanted: string) =>
    setting.service.checks.validate({ path: wanted, format: 'imagenet', reading: automatic });
  for (const [wanted, code] of [
    ['/no/such/folder', 'PATH_NOT_FOUND'],
    [path.join(setting.pets, 'cat', '0.png'), 'ARCHIVE_UNREADABLE'],
    ['pets', 'PATH_NOT_ABSOLUTE'],
  ] as const) {
    const validation = await validate(wanted);
    expect(validation).toMatchObject({ ok: false, errors: [{ code }], summary: { images: 0 } });
  }
  expect(await validate(setting.pets)).toMatchObject({ ok: true });
});

test('an uploaded archive is imported under its own name, and goes once it was', async () => {
  await using setting = await openSetting();
  const file = path.join(setting.folder, 'x');
  const entries = Object.entries(await goodFiles()).map(([name, body]) => ({ name, body }));
  await writeFile(file, zip([...entries, { name: 'cat/broken.png', body: Buffer.from('x') }]));
  const id = '0b6f2d3c-1111-4222-8333-444455556666';
  await setting.uploads.store(id, '동물.zip', createReadStream(file));
  const failed = await importFolder(setting, { path: `upload://${id}`, project: 'demo' });
  expect(failed).toMatchObject({ phase: 'failed' });
  const done = await importFolder(setting, { path: `upload://${id}`, project: 'demo', skipInvalid: true });
  expect(done).toMatchObject({ phase: 'done', datasetId: failed.datasetId });
  expect(await setting.service.show(localOwnerId, '동물')).toMatchObject({ name: '동물', images: 6 });
  await expect(setting.uploads.resolve(id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
});

test('an upload whose sender went away leaves nothing', async () => {
  await using setting = await openSetting();
  const id = '0b6f2d3c-1111-4222-8333-444455556667';
  const body = Readable.from(
    (async function* () {
      yield Buffer.alloc(10);
      throw new Error('gone');
    })(),
  );
  await expect(setting.uploads.store(id, 'x.zip', body)).rejects.toThrow('gone');
  await expect(setting.uploads.resolve(id)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
});

test('changes tell of the dataset while it is imported and when it is there', async () => {
  await using setting = await openSetting();
  const start = await setting.changes.after('', 0);
  const done = await importFolder(setting, { path: setting.pets, project: 'demo' });
  const { changed } = await setting.changes.after(start.cursor, 0);
  expect(changed).toContainEqual({ kind: 'dataset', id: done.datasetId });
  expect(changed).toContainEqual({ kind: 'project', id: setting.project });
  await expect(
    setting.service.waitForImport({
      importId: '0b6f2d3c-1111-4222-8333-444455556666',
      afterDone: 0,
      waitMs: 0,
    }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test.each(['changed', 'gone'] as const)(
  'a file that is %s between its check and its storing fails the import',
  async (how) => {
    await using setting = await openSetting();
    const source = await sourcesOf(defaultLimits, setting.home)({ path: setting.pets, uploadName: null });
    const scan = await scanSource(source, { reader: sharpImageReader, limits: defaultLimits });
    const { accepted } = evaluate(scan, 'imagenet');
    const file = path.join(setting.pets, 'dog', '2.png');
    if (how === 'gone') await rm(file);
    else await writeFile(file, await picture(77));
    for (const mode of ['copy', 'link'] as const) {
      const storing = storeImages(source, accepted, mode, {
        store: setting.store,
        links: setting.store,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      });
      await expect(storing).rejects.toMatchObject({ code: 'SOURCE_CHANGED', message: /dog\/2\.png/ });
    }
  },
);
