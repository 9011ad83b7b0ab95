import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { killPoints } from '../../support/kill-points.ts';
import { datasetCount, importFolder, importOver, makeProject, openService } from './support/open-service.ts';
import { writeFiles, yoloLabels } from './support/pictures.ts';
import { openSetting, storedKeys } from './support/setting.ts';
import { importPhotos, makeOld, sizesOf, upright } from './support/turned-photos.ts';

const importer = path.join(import.meta.dirname, 'support', 'importer.ts');
type Setting = Awaited<ReturnType<typeof openSetting>>;

/** Runs the importer; answers how it ended. */
async function run(setting: Setting, home: string, request: object | null, failpoint = ''): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', importer, setting.databaseUrl, home, ...(request ? [JSON.stringify(request)] : [])],
    { env: { ...process.env, TRAINYARD_FAILPOINT: failpoint }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [said, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(said);
  return signal ?? String(code);
}

/** What an engine does at its next start, in this process: goes on with what is unfinished, to its end. */
async function resume({ databaseUrl, home, pool }: Setting): Promise<void> {
  await using next = await openService(databaseUrl, home);
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM dataset_imports WHERE phase NOT IN ('done', 'failed', 'cancelled')`,
  );
  await next.service.imports.resume();
  for (const { id } of rows) await importOver(next, id);
}

const request = (setting: Setting, mode: 'copy' | 'link' | 'in_place' = 'copy') => ({
  import: { path: setting.pets, project: 'demo', format: 'auto' as const, mode, skipInvalid: false },
});

/** Everything that a whole import leaves, and nothing twice. */
async function expectOnce(setting: Setting, home: string, blobs: number): Promise<void> {
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown).toMatchObject({
    status: 'ready',
    version: 1,
    images: 6,
    projects: [{ name: 'demo' }],
    import: { phase: 'done' },
  });
  expect(shown.versions).toHaveLength(1);
  const { rows } = await setting.pool.query(
    `SELECT (SELECT count(*) FROM datasets) AS datasets, (SELECT count(*) FROM dataset_versions) AS versions,
      (SELECT count(*) FROM project_datasets) AS links, (SELECT dataset_count FROM projects) AS counted,
      (SELECT count(*) FROM dataset_imports WHERE phase <> 'done') AS unfinished`,
  );
  expect(rows).toEqual([{ datasets: 1, versions: 1, links: 1, counted: 1, unfinished: 0 }]);
  expect(await storedKeys(setting, 'blobs/')).toHaveLength(blobs);
  const [version] = shown.versions;
  const keys = await storedKeys(setting, `${shown.id}/`);
  expect(keys.filter((key) => key.endsWith('manifest.jsonl'))).toEqual([`${shown.id}/1/manifest.jsonl`]);
  expect(keys).toHaveLength((version?.mode === 'copy' ? 2 : 3) + (version?.labels ? 1 : 0));
  expect(await readdir(path.join(home, 'scratch')).catch(() => [])).toEqual([]);
  expect(await setting.service.verify(localOwnerId, 'pets', 1)).toEqual({ ok: true, problems: [] });
  for (const left of await readdir(path.join(home, 'objects', '.incoming'))) {
    expect(await readdir(path.join(home, 'objects', '.incoming', left))).toEqual([]);
  }
}

/** Every place in the sources where an import can be killed. */
async function failpointsOf(...files: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const file of files) {
    const source = await readFile(path.resolve(import.meta.dirname, '../../../src/main', file), 'utf8');
    for (const [, name] of source.matchAll(/failpoint\('([^']+)'\)/g)) if (name) names.push(name);
  }
  return names;
}

const importing = await failpointsOf(
  'features/datasets/import-job.ts',
  'features/datasets/imports.ts',
  'stores/objects/files/object-store.ts',
);
const ways = [
  ...killPoints(
    importing.filter((name) => !/link|remove|failed|times|annotations|cancel|withdraw/.test(name)),
  ).map((name) => ['copy', name] as const),
  ['copy', 'object.put-many.before:4'] as const,
  ['copy', 'object.put-many.after:4'] as const,
  ...killPoints(importing.filter((name) => /object\.link|times/.test(name))).map(
    (name) => ['link', name] as const,
  ),
  ['link', 'object.put.after:1'] as const,
  ['in_place', 'object.put.after:1'] as const,
];

test.each(ways)(
  'an import by %s killed at %s is whole after the next start, once',
  async (mode, failpoint) => {
    await using setting = await openSetting();
    expect(await run(setting, setting.home, request(setting, mode), failpoint)).toBe('SIGKILL');
    // The one who asked did not hear of it, and asks again.
    const isUnknown = failpoint === 'dataset-import.intent.before';
    if (isUnknown) expect(await run(setting, setting.home, request(setting, mode))).toBe('0');
    else await resume(setting);
    await expectOnce(setting, setting.home, mode === 'in_place' ? 0 : 6);
  },
);

test.each([
  ['copy', 'dataset-import.storing.after'],
  ['copy', 'dataset-import.annotations.before'],
  ['in_place', 'dataset-import.annotations.after'],
  ['link', 'dataset-import.manifest.after'],
  ['copy', 'dataset-import.commit.after'],
] as const)(
  'an import by %s of labelled images killed at %s has their labels after the next start, once',
  async (mode, failpoint) => {
    await using setting = await openSetting();
    await writeFiles(setting.pets, yoloLabels());
    expect(await run(setting, setting.home, request(setting, mode), failpoint)).toBe('SIGKILL');
    await resume(setting);
    await expectOnce(setting, setting.home, mode === 'in_place' ? 0 : 6);
    const { images } = await setting.service.images(localOwnerId, { dataset: 'pets', offset: 0, limit: 10 });
    expect(images.map(({ objects }) => objects?.length)).toEqual([1, 1, 1, 1, 1, 0]);
  },
);

test.each(importing.filter((name) => /failed/.test(name)))(
  'a refused import killed at %s is refused for good, and leaves nothing',
  async (failpoint) => {
    await using setting = await openSetting();
    await writeFiles(setting.pets, { 'cat/broken.png': Buffer.from('x') });
    expect(await run(setting, setting.home, request(setting), failpoint)).toBe('SIGKILL');
    await resume(setting);
    const shown = await setting.service.show(localOwnerId, 'pets');
    const error = { code: 'DATASET_INVALID' };
    expect(shown).toMatchObject({ status: 'error', version: null, import: { phase: 'failed', error } });
    expect(shown.validation?.errors).toHaveLength(1);
    expect(await storedKeys(setting)).toEqual([]);
  },
);

test('an import that was killed and whose source is gone ends with the reason', async () => {
  await using setting = await openSetting();
  expect(await run(setting, setting.home, request(setting), 'dataset-import.storing.after')).toBe('SIGKILL');
  await rename(setting.pets, `${setting.pets}-moved`);
  await resume(setting);
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown).toMatchObject({
    status: 'error',
    version: null,
    import: { phase: 'failed', error: { code: 'PATH_NOT_FOUND', place: { field: 'path' } } },
  });
});

test('an import stopped with its engine goes on at the next start', async () => {
  await using setting = await openSetting();
  await setting.service.import(localOwnerId, request(setting).import);
  await setting.service.close();
  await resume(setting);
  await expectOnce(setting, setting.home, 6);
});

test('another machine’s unfinished import is left to it', async () => {
  await using setting = await openSetting();
  expect(await run(setting, setting.home, request(setting), 'dataset-import.intent.after')).toBe('SIGKILL');
  await setting.pool.query(`UPDATE dataset_imports SET machine_id = 'another-machine'`);
  expect(await setting.service.imports.resume()).toBe(0);
  await expect(setting.service.remove(localOwnerId, 'pets')).rejects.toMatchObject({
    code: 'DATASET_IN_USE',
  });
});

test.each(['before', 'after'])(
  'linking and removing killed %s the write are done or not, never half',
  async (when) => {
    await using setting = await openSetting();
    await importFolder(setting, { path: setting.pets, project: 'demo' });
    await makeProject(setting, 'second');
    const counted = () => Promise.all(['demo', 'second'].map((name) => datasetCount(setting, name)));
    expect(await run(setting, setting.home, { link: 'second' }, `dataset.link.${when}`)).toBe('SIGKILL');
    expect(await counted()).toEqual(when === 'before' ? [1, 0] : [1, 1]);
    expect(await run(setting, setting.home, { link: 'second' })).toBe('0');
    expect(await counted()).toEqual([1, 1]);
    expect(await run(setting, setting.home, { remove: 'pets' }, `dataset.remove.${when}`)).toBe('SIGKILL');
    expect(await counted()).toEqual(when === 'before' ? [1, 1] : [0, 0]);
  },
);

test.each(['before', 'after'])(
  'a version of an older import has upright sizes, also where an engine was killed %s it kept which were turned',
  async (when) => {
    await using setting = await openSetting();
    const { datasetId } = await importPhotos(setting, 'copy');
    await makeOld(setting, datasetId);
    const prepare = { prepare: datasetId };
    expect(await run(setting, setting.home, prepare, `dataset-sizes.put.${when}`)).toBe('SIGKILL');
    const kept = async () => (await setting.service.show(localOwnerId, 'pets')).versions[0]?.correctedSizes;
    expect(await kept()).toBe(when === 'before' ? null : 2);
    expect(await run(setting, setting.home, prepare)).toBe('0');
    expect(await kept()).toBe(2);
    expect(await sizesOf(setting, datasetId)).toEqual(upright);
  },
);

test.each(['before', 'after'])(
  'an upload killed %s it is in place is there whole or not at all',
  async (when) => {
    await using setting = await openSetting();
    const upload = '0b6f2d3c-1111-4222-8333-444455556668';
    expect(await run(setting, setting.home, { upload }, `upload.store.${when}`)).toBe('SIGKILL');
    if (when === 'after') {
      const { path: archive, name } = await setting.uploads.resolve(upload);
      expect([name, (await readFile(archive)).length]).toEqual(['pets.zip', 1000]);
    } else {
      await expect(setting.uploads.resolve(upload)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    }
    await resume(setting);
    const [left] = await readdir(path.join(setting.home, 'uploads', '.incoming'));
    expect(await readdir(path.join(setting.home, 'uploads', '.incoming', left ?? ''))).toEqual([]);
  },
);
