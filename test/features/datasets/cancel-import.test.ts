import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import type { LocalObjects, ObjectStore } from '../../../src/main/stores/objects/ports.ts';
import { importFolder, importOver, makeProject, openService } from './support/open-service.ts';
import { goodFiles, picture, writeFiles } from './support/pictures.ts';
import { openSetting, storedKeys } from './support/setting.ts';

const importer = path.join(import.meta.dirname, 'support', 'importer.ts');
type Setting = Awaited<ReturnType<typeof openSetting>>;
let setting: Setting;
beforeEach(async () => {
  setting = await openSetting();
});
afterEach(() => setting[Symbol.asyncDispose]());

/** Runs the importer; answers how it ended. */
async function run(told: object | null, failpoint = ''): Promise<string> {
  const { databaseUrl, home } = setting;
  const child = spawn(
    process.execPath,
    ['--no-warnings', importer, databaseUrl, home, ...(told ? [JSON.stringify(told)] : [])],
    { env: { ...process.env, TRAINYARD_FAILPOINT: failpoint }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [said, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(said);
  return signal ?? String(code);
}

const pets = (mode: 'copy' | 'link' | 'in_place' = 'copy') => ({
  path: setting.pets,
  project: 'demo',
  format: 'imagenet' as const,
  mode,
  skipInvalid: false,
});

/** A version whose images are in part those of the pets. */
async function importKept(): Promise<string[]> {
  const folder = path.join(setting.folder, 'kept');
  const files = Object.entries(await goodFiles()).filter((_, index) => index % 2 === 0);
  await writeFiles(folder, { ...Object.fromEntries(files), 'cat/new.png': await picture(901) });
  await writeFiles(folder, { 'dog/new.png': await picture(902) });
  await importFolder(setting, { path: folder, project: 'demo', name: 'kept' });
  return storedKeys(setting);
}

/** The pets are as if they never had been, and all else is whole. */
async function expectNothing(kept: readonly string[]): Promise<void> {
  await expect(setting.service.show(localOwnerId, 'pets')).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
  });
  expect(await storedKeys(setting)).toEqual(kept);
  if (kept.length > 0)
    expect(await setting.service.verify(localOwnerId, 'kept', 1)).toEqual({ ok: true, problems: [] });
  const { rows } = await setting.pool.query('SELECT FROM dataset_imports WHERE blobs IS NOT NULL');
  expect(rows).toEqual([]);
}

test('a cancelling killed at any moment is done at a later start, and takes only what nobody else needs', async () => {
  const kept = await importKept();
  expect(await run({ import: pets() }, 'dataset-import.manifest.after')).toBe('SIGKILL');
  const { import: left } = await setting.service.show(localOwnerId, 'pets');
  const cancel = { cancel: left?.id };
  expect(await run(cancel, 'dataset-import.cancel.before')).toBe('SIGKILL');
  expect((await setting.service.show(localOwnerId, 'pets')).import?.phase).toBe('committing');
  expect(await run(cancel, 'dataset-import.cancel.after')).toBe('SIGKILL');
  expect((await setting.service.show(localOwnerId, 'pets')).import?.phase).toBe('cancelling');
  expect((await storedKeys(setting)).length).toBeGreaterThan(kept.length);
  expect(await run(null, 'dataset-import.withdraw.before')).toBe('SIGKILL');
  expect(await run(null, 'dataset-import.withdraw.after')).toBe('SIGKILL');
  expect(await run(null)).toBe('0');
  const ended = await setting.service.waitForImport({ importId: left?.id ?? '', afterDone: -1, waitMs: 0 });
  expect(ended).toMatchObject({ phase: 'cancelled', version: null, error: { code: 'IMPORT_CANCELLED' } });
  await expectNothing(kept);
  expect(await run({ import: pets() })).toBe('0');
  expect(await setting.service.show(localOwnerId, 'pets')).toMatchObject({ status: 'ready', version: 1 });
});

/** The files' store, where `reached` is awaited at each put: as `blobs`, or by what is put. */
function watched(
  store: Setting['store'],
  reached: (what: string) => Promise<void>,
): ObjectStore & LocalObjects {
  const told = Object.create(store) as typeof store;
  told.putMany = async (bucket, objects) => {
    const answer = await store.putMany(bucket, objects);
    await reached('blobs');
    return answer;
  };
  told.put = async (bucket, key, body) => {
    const answer = await store.put(bucket, key, body);
    await reached(path.basename(key));
    return answer;
  };
  return told;
}

test.each(['blobs', 'sizes.json', 'manifest.jsonl'])(
  'an import cancelled when its %s are stored leaves nothing, and what others store at that time stays',
  async (moment) => {
    const kept = await importKept();
    const begun = Promise.withResolvers<string>();
    await using other = await openService(
      setting.databaseUrl,
      path.join(setting.folder, 'other'),
      'other-machine',
      watched(setting.store, async (what) => {
        if (what === moment) await other.service.cancelImport(localOwnerId, await begun.promise);
      }),
    );
    const cancelled = await other.service.import(localOwnerId, pets());
    // The same bytes at the same time, by another engine on the same stores.
    const twin = importFolder(setting, { ...pets(), name: 'twin' });
    begun.resolve(cancelled.importId);
    expect(await importOver(other, cancelled.importId)).toMatchObject({ phase: 'cancelled' });
    expect(await twin).toMatchObject({ phase: 'done' });
    expect(await setting.service.verify(localOwnerId, 'twin', 1)).toEqual({ ok: true, problems: [] });
    expect(await setting.service.verify(localOwnerId, 'kept', 1)).toEqual({ ok: true, problems: [] });
    const keys = await storedKeys(setting);
    expect(keys.filter((key) => key.includes(cancelled.datasetId))).toEqual([]);
    expect(keys.length).toBeGreaterThan(kept.length);
  },
);

test('cancelling a further import of a dataset leaves its version as it is', async () => {
  await importFolder(setting, pets());
  const before = await storedKeys(setting);
  await writeFiles(setting.pets, { 'cat/more.png': await picture(903) });
  const { importId } = await setting.service.import(localOwnerId, pets('link'));
  await setting.service.cancelImport(localOwnerId, importId);
  expect(await importOver(setting, importId)).toMatchObject({ phase: 'cancelled' });
  const shown = await setting.service.show(localOwnerId, 'pets');
  expect(shown).toMatchObject({ status: 'ready', version: 1, import: { phase: 'cancelled' } });
  expect(await storedKeys(setting)).toEqual(before);
  // Harmless where it has ended, however.
  await setting.service.cancelImport(localOwnerId, importId);
  expect((await setting.service.show(localOwnerId, 'pets')).import?.phase).toBe('cancelled');
});

test('cancelling what is done changes nothing, and what never was is told', async () => {
  const { importId } = await importFolder(setting, pets());
  await setting.service.cancelImport(localOwnerId, importId);
  expect((await setting.service.show(localOwnerId, 'pets')).import?.phase).toBe('done');
  const none = '0b6f2d3c-1111-4222-8333-444455556668';
  await expect(setting.service.cancelImport(localOwnerId, none)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('an import that waits for its turn is cancelled at once, and its dataset goes', async () => {
  await makeProject(setting, 'second');
  const first = await setting.service.import(localOwnerId, pets());
  const second = await setting.service.import(localOwnerId, { ...pets(), project: 'second' });
  await setting.service.cancelImport(localOwnerId, second.importId);
  expect(await importOver(setting, second.importId)).toMatchObject({ phase: 'cancelled' });
  expect(await importOver(setting, first.importId)).toMatchObject({ phase: 'done' });
  expect(await setting.service.show(localOwnerId, 'pets')).toMatchObject({ version: 1, status: 'ready' });
});
