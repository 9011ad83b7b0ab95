import { createHash, randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { openS3Objects } from '../../../src/main/stores/objects/s3/object-store.ts';
import { importFolder, makeProject, openService } from '../../features/datasets/support/open-service.ts';
import { goodFiles, writeFiles } from '../../features/datasets/support/pictures.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { openRelay } from './s3-relay.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: datasets on a real S3 server: ${reason}`);

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(reason !== null)('datasets on a real S3 server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('s3');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function openPlace() {
    await using stack = new AsyncDisposableStack();
    const { folder } = stack.use(await temporaryFolder());
    const database = stack.use(await createTestDatabase());
    const relay = stack.use(await openRelay(() => server.port));
    const direct = s3Endpoint(server, `t${randomBytes(6).toString('hex')}-`);
    const endpoint = { ...direct, endpoint: `http://127.0.0.1:${relay.port}` };
    const objects = stack.use(await openS3Objects(endpoint, path.join(folder, 'home', 'cache', 'objects')));
    await objects.ensureBuckets();
    const opened = stack.use(await openService(database.url, path.join(folder, 'home'), 'machine', objects));
    await makeProject(opened);
    const pets = path.join(folder, 'Pets');
    const files = await goodFiles();
    await writeFiles(pets, files);
    const owned = stack.move();
    return {
      ...opened,
      folder,
      relay,
      objects,
      pets,
      files,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  }

  test('a copied dataset is shown, verified, and fetched for training', async () => {
    await using at = await openPlace();
    const done = await importFolder(at, { path: at.pets, project: 'demo' });
    expect(done).toMatchObject({ phase: 'done', version: 1, error: null });
    await rm(at.pets, { recursive: true });

    const bytes = at.files['cat/0.png'] ?? Buffer.alloc(0);
    const of = { datasetId: done.datasetId, version: 1, sha256: sha256(bytes) };
    expect((await at.service.readImage(of)).body).toEqual(Buffer.from(bytes));
    expect((await at.service.readImage({ ...of, size: 64 })).body.length).toBeGreaterThan(0);
    expect(await at.service.verify(localOwnerId, 'pets', undefined)).toEqual({ ok: true, problems: [] });

    const prepared = await at.service.files.prepareForTraining(done.datasetId, 1);
    for await (const { file, sha256: hash } of prepared.lines) {
      expect(sha256(await readFile(path.join(prepared.root, file)))).toBe(hash);
    }
    at.relay.cut();
    expect((await at.service.files.prepareForTraining(done.datasetId, 1)).root).toBe(prepared.root);
  });

  test('what is missing or damaged on the server is found, by name', async () => {
    await using at = await openPlace();
    const done = await importFolder(at, { path: at.pets, project: 'demo' });
    const key = (name: string) => {
      const hash = sha256(at.files[name] ?? Buffer.alloc(0));
      return `blobs/${hash.slice(0, 2)}/${hash}`;
    };
    await at.objects.remove('datasets', key('cat/0.png'));
    const { ok, problems } = await at.service.verify(localOwnerId, 'pets', undefined);
    expect(ok).toBe(false);
    expect(problems).toMatchObject([{ code: 'MISSING', path: 'cat/0.png' }]);
    await expect(at.service.files.prepareForTraining(done.datasetId, 1)).rejects.toMatchObject({
      code: 'DATASET_CHANGED',
      message: /cat\/0\.png/,
    });
    await at.objects.put('datasets', key('cat/0.png'), Buffer.from('others'));
    expect((await at.service.verify(localOwnerId, 'pets', undefined)).problems).toMatchObject([
      { code: 'CHANGED', path: 'cat/0.png' },
    ]);
  });

  test('a dataset in place stays in its folder; one by link is refused, with the way out', async () => {
    await using at = await openPlace();
    const linking = importFolder(at, { path: at.pets, project: 'demo', mode: 'link' });
    await expect(linking).rejects.toMatchObject({ code: 'LINK_UNSUPPORTED', hint: /--in-place/ });
    expect(await at.service.list(localOwnerId, { limit: 1 })).toMatchObject({ datasets: [], total: 0 });

    const done = await importFolder(at, { path: at.pets, project: 'demo', mode: 'in_place' });
    expect(done).toMatchObject({ phase: 'done', version: 1 });
    expect((await at.service.files.prepareForTraining(done.datasetId, 1)).root).toBe(at.pets);
    expect(await at.service.verify(localOwnerId, 'pets', undefined)).toEqual({ ok: true, problems: [] });
    await writeFile(path.join(at.pets, 'cat', '0.png'), 'others');
    await expect(at.service.files.prepareForTraining(done.datasetId, 1)).rejects.toMatchObject({
      code: 'DATASET_CHANGED',
    });
  });

  test('an import waits while the server is restarted', async () => {
    await using at = await openPlace();
    const restarting = server.restart();
    const done = await importFolder(at, { path: at.pets, project: 'demo' });
    await restarting;
    expect(done).toMatchObject({ phase: 'done', version: 1, error: null });
    expect(await at.service.verify(localOwnerId, 'pets', undefined)).toEqual({ ok: true, problems: [] });
  });
});
