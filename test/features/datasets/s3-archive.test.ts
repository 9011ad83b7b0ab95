import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { automatic } from '../../../src/main/features/datasets/reading.ts';
import { bucketArchivesOf } from '../../../src/main/features/datasets/sources/open-source.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { fault } from '../../../src/shared/errors/catalogue.ts';
import { openRelay } from '../../stores/objects/s3-relay.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { tar, zip } from './support/archives.ts';
import { openFakeS3 } from './support/fake-s3.ts';
import { importFolder, openService } from './support/open-service.ts';
import { goodFiles, picture } from './support/pictures.ts';
import { openSetting } from './support/setting.ts';

type Files = Readonly<Record<string, Uint8Array>>;
const entriesOf = (files: Files) => Object.entries(files).map(([name, body]) => ({ name, body }));

test('an object is an archive by its bytes; one that is none is refused with what it is, and a prefix is no archive', async () => {
  const packed = zip(entriesOf(await goodFiles()));
  await using server = await openFakeS3(
    new Map<string, Uint8Array>([
      ['pets.zip', packed],
      ['pets.zip.old', Buffer.from('PK')],
      ['no extension', packed],
      ['set.7z', Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1')],
      ['empty.tar', Buffer.alloc(0)],
      ['both.zip', packed],
      ['both.zip/cat/0.png', await picture(1)],
      [`${'고양이'.normalize('NFD')}.tar`, await tar(entriesOf(await goodFiles()))],
    ]),
  );
  const find = bucketArchivesOf(server.endpoint);
  const found = async (key: string) => {
    const archive = await find(`s3://lab/${key}`, automatic);
    return archive && { name: archive.name, bytes: archive.bytes };
  };
  expect(await found('pets.zip')).toEqual({ name: 'pets', bytes: packed.length });
  expect(await found('no extension')).toEqual({ name: 'no extension', bytes: packed.length });
  expect(await found(`${'고양이'.normalize('NFD')}.tar`)).toMatchObject({ name: '고양이'.normalize('NFD') });
  for (const none of ['', 'pets', 'pets.zip/', 'both.zip', 'nothing.zip'])
    expect(await found(none), none).toBeNull();
  await expect(found('set.7z')).rejects.toMatchObject({
    code: 'ARCHIVE_UNREADABLE',
    message: /a 7z archive/,
  });
  await expect(found('empty.tar')).rejects.toMatchObject({ code: 'ARCHIVE_UNREADABLE' });
  await expect(find('s3://datasets/pets.zip', automatic)).rejects.toMatchObject({
    code: 'S3_SOURCE_OWN_BUCKET',
  });
  expect(await find('/data/pets.zip', automatic)).toBeNull();
});

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: archives in a bucket of a real S3 server: ${reason}`);

describe.skipIf(reason !== null)('archives in a bucket of a real S3 server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('s3');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server[Symbol.asyncDispose]();
  });

  async function openPlace(checkScratch?: (bytes: number) => Promise<void>) {
    await using stack = new AsyncDisposableStack();
    const setting = stack.use(await openSetting());
    const relay = stack.use(await openRelay(() => server.port));
    const direct = stack.use(connectS3(s3Endpoint(server)));
    const bucket = `lab-${randomBytes(6).toString('hex')}`;
    await direct.client.send(new CreateBucketCommand({ Bucket: bucket }));
    const endpoint = { ...s3Endpoint(server), endpoint: `http://127.0.0.1:${relay.port}` };
    const { databaseUrl, home } = setting;
    const own = stack.use(
      await openService(databaseUrl, home, 'this-machine', undefined, endpoint, checkScratch),
    );
    const owned = stack.move();
    return {
      setting,
      own,
      relay,
      endpoint,
      at: (key: string) => `s3://${bucket}/${key}`,
      put: (Key: string, Body: Uint8Array) =>
        direct.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body })),
      scratch: () => readdir(path.join(home, 'scratch')).catch(() => []),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  }

  test('zip, tar and tar.gz in a bucket are the same version as the folder, checked first, and nothing stays in scratch', async () => {
    await using place = await openPlace();
    const files = entriesOf(await goodFiles());
    await place.put('sets/pets.zip', zip(files));
    await place.put('sets/pets.tar', await tar(files));
    await place.put('sets/pets.tar.gz', await tar(files, { gzip: true }));
    const request = { project: 'demo', name: 'pets', format: 'auto' as const };
    await importFolder(place.own, { ...request, path: place.setting.pets });
    for (const name of ['pets.zip', 'pets.tar', 'pets.tar.gz']) {
      const at = place.at(`sets/${name}`);
      const checked = await place.own.service.checks.validate({
        path: at,
        format: 'auto',
        reading: automatic,
      });
      expect(checked, name).toMatchObject({ ok: true, summary: { images: 6 } });
      const done = await importFolder(place.own, { ...request, path: at });
      expect(done, name).toMatchObject({ phase: 'done', version: 1, reused: true, error: null });
      const unnamed = await importFolder(place.own, { project: 'demo', path: at, name: `${name} anew` });
      expect(unnamed, name).toMatchObject({ phase: 'done', version: 1, reused: false });
    }
    const { rows } = await place.own.pool.query(
      'SELECT DISTINCT source FROM dataset_imports ORDER BY source',
    );
    expect(rows.map(({ source }) => source)).toContain(place.at('sets/pets.tar.gz'));
    expect(await place.scratch()).toEqual([]);
    for (const mode of ['link', 'in_place'] as const)
      await expect(
        importFolder(place.own, { ...request, path: place.at('sets/pets.zip'), mode }),
      ).rejects.toMatchObject({ code: 'S3_SOURCE_NEEDS_COPY' });
  });

  test('an archive that does not fit into scratch is refused with DISK_FULL before a byte of it is fetched', async () => {
    const asked: number[] = [];
    await using place = await openPlace(async (bytes) => {
      asked.push(bytes);
      throw fault('DISK_FULL', { what: 'it', path: '/', free: 1, total: 2 } as never);
    });
    const packed = zip(entriesOf(await goodFiles()));
    await place.put('pets.zip', packed);
    const checked = await place.own.service.checks.validate({
      path: place.at('pets.zip'),
      format: 'auto',
      reading: automatic,
    });
    expect(checked.errors).toMatchObject([{ code: 'DISK_FULL' }]);
    expect(asked).toEqual([packed.length]);
    expect(await place.scratch()).toEqual([]);
  });

  test('a connection that breaks again and again while an archive is fetched delays the import and changes nothing', async () => {
    await using place = await openPlace();
    const files: Record<string, Uint8Array> = {};
    for (let number = 0; number < 12; number += 1)
      files[`${number % 2 ? 'cat' : 'dog'}/${number}.png`] = await picture(number, 'png', 300);
    await place.put('large.tar', await tar(entriesOf(files)));
    const breaking = setInterval(() => place.relay.cutAfter(150_000), 50);
    try {
      const done = await importFolder(place.own, { path: place.at('large.tar'), project: 'demo' });
      expect(done).toMatchObject({ phase: 'done', version: 1, error: null });
    } finally {
      clearInterval(breaking);
    }
    expect(await place.own.service.verify(localOwnerId, 'large', 1)).toEqual({ ok: true, problems: [] });
  });

  test('an import of an archive in a bucket that is killed goes on at the next start, and what it fetched is gone', async () => {
    await using place = await openPlace();
    await place.put('pets.zip', zip(entriesOf(await goodFiles())));
    const { setting } = place;
    const request = {
      ...{ path: place.at('pets.zip'), project: 'demo', format: 'auto', mode: 'copy', skipInvalid: false },
      reading: { ...automatic, s3: { endpoint: place.endpoint.endpoint, profile: null } },
    };
    const importer = path.join(import.meta.dirname, 'support', 'importer.ts');
    const run = async (failpoint: string, ...told: readonly string[]) => {
      const env = {
        ...process.env,
        AWS_ACCESS_KEY_ID: server.user,
        AWS_SECRET_ACCESS_KEY: server.password,
        TRAINYARD_FAILPOINT: failpoint,
      };
      const args = ['--no-warnings', importer, setting.databaseUrl, setting.home, ...told];
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      const [said, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      if (code !== 0 && signal !== 'SIGKILL') throw new Error(said);
      return signal ?? code;
    };
    expect(await run('dataset-import.storing.after', JSON.stringify({ import: request }))).toBe('SIGKILL');
    expect((await place.scratch()).length).toBeGreaterThan(0);
    expect(await run('dataset-import.blobs.after')).toBe('SIGKILL');
    expect(await run('')).toBe(0);
    expect(await place.scratch()).toEqual([]);
    expect(await setting.service.show(localOwnerId, 'pets')).toMatchObject({ version: 1, images: 6 });
  });
});
