import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { CreateBucketCommand, DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { localExaminer } from '../../../src/main/features/datasets/examiner/local-examiner.ts';
import { storeImages } from '../../../src/main/features/datasets/import-job.ts';
import { defaultLimits } from '../../../src/main/features/datasets/limits.ts';
import { automatic } from '../../../src/main/features/datasets/reading.ts';
import { sourcesOf } from '../../../src/main/features/datasets/sources/open-source.ts';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { openRelay } from '../../stores/objects/s3-relay.ts';
import { waitFor } from '../../support/engine.ts';
import { docker, s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { importFolder, importOver, openService } from './support/open-service.ts';
import { goodFiles, picture, writeFiles, yoloLabels } from './support/pictures.ts';
import { openSetting } from './support/setting.ts';

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: datasets from a bucket of a real S3 server: ${reason}`);

type Files = Readonly<Record<string, Uint8Array>>;

const cocoLabels = (): Files => ({
  'annotations/instances.json': Buffer.from(
    JSON.stringify({
      images: ['cat/0.png', 'cat/1.png', 'cat/2.png', 'dog/0.png', 'dog/1.png', 'dog/2.png'].map(
        (file_name, index) => ({ id: index + 1, file_name, width: 8, height: 8 }),
      ),
      categories: [{ id: 7, name: 'animal' }],
      annotations: [1, 2, 4].map((image_id) => ({
        id: image_id,
        image_id,
        category_id: 7,
        bbox: [1, 1, 4, 5],
        area: 20,
        iscrowd: 0,
        segmentation: [[1, 1, 5, 1, 5, 6]],
      })),
    }),
  ),
});

describe.skipIf(reason !== null)('datasets from a bucket of a real S3 server', () => {
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

  /** A setting, and a bucket with a relay before it. */
  async function openPlace() {
    await using stack = new AsyncDisposableStack();
    const setting = stack.use(await openSetting());
    const relay = stack.use(await openRelay(() => server.port));
    const direct = stack.use(connectS3(s3Endpoint(server)));
    const bucket = `lab-${randomBytes(6).toString('hex')}`;
    await direct.client.send(new CreateBucketCommand({ Bucket: bucket }));
    const endpoint = { ...s3Endpoint(server), endpoint: `http://127.0.0.1:${relay.port}` };
    const own = stack.use(
      await openService(setting.databaseUrl, setting.home, 'this-machine', undefined, endpoint),
    );
    const owned = stack.move();
    return {
      setting,
      own,
      relay,
      bucket,
      endpoint,
      client: direct.client,
      at: (prefix: string) => `s3://${bucket}/${prefix}`,
      async put(prefix: string, files: Files) {
        for (const [name, Body] of Object.entries(files))
          await direct.client.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${name}`, Body }));
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  }

  test('class folders, YOLO and COCO below a prefix are the same version as in a folder, byte for byte', async () => {
    await using place = await openPlace();
    for (const [name, labels] of [
      ['imagenet', {}],
      ['yolo', yoloLabels()],
      ['coco', cocoLabels()],
    ] as const) {
      const files = { ...(await goodFiles()), ...labels };
      const folder = path.join(place.setting.folder, name);
      await writeFiles(folder, files);
      await place.put(`sets/${name}`, files);
      const request = { project: 'demo', name, format: 'auto' as const };
      const first = await importFolder(place.own, { ...request, path: folder });
      expect(first, name).toMatchObject({ phase: 'done', version: 1, reused: false });
      const second = await importFolder(place.own, { ...request, path: place.at(`sets/${name}`) });
      expect(second, name).toMatchObject({ phase: 'done', version: 1, reused: true });
      expect(second.validation?.summary).toEqual(first.validation?.summary);

      const anew = await importFolder(place.own, {
        ...request,
        name: `${name}-s3`,
        path: place.at(`sets/${name}/`),
      });
      expect(anew, name).toMatchObject({ phase: 'done', version: 1, reused: false });
      const versionOf = async (dataset: string) =>
        (await place.own.service.show(localOwnerId, dataset)).versions[0];
      expect(await versionOf(`${name}-s3`)).toMatchObject({
        manifestSha256: (await versionOf(name))?.manifestSha256,
        annotationsSha256: (await versionOf(name))?.annotationsSha256 ?? null,
        mode: 'copy',
        rootPath: null,
      });
      expect(await place.own.service.verify(localOwnerId, `${name}-s3`, 1)).toEqual({
        ok: true,
        problems: [],
      });
    }
  });

  test('an import by the AWS environment that is killed goes on at the next start, and its row has no secret', async () => {
    await using place = await openPlace();
    await place.put('pets', await goodFiles());
    const { setting } = place;
    const request = {
      path: place.at('pets'),
      project: 'demo',
      format: 'auto',
      mode: 'copy',
      skipInvalid: false,
      reading: {
        classesAt: null,
        namesEncoding: 'auto',
        s3: { endpoint: place.endpoint.endpoint, profile: null },
      },
    };
    const importer = path.join(import.meta.dirname, 'support', 'importer.ts');
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: server.user,
      AWS_SECRET_ACCESS_KEY: server.password,
    };
    const run = async (failpoint: string, ...told: readonly string[]) => {
      const child = spawn(
        process.execPath,
        ['--no-warnings', importer, setting.databaseUrl, setting.home, ...told],
        { env: { ...env, TRAINYARD_FAILPOINT: failpoint }, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      const [said, [code, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      if (code !== 0 && signal !== 'SIGKILL') throw new Error(said);
      return signal ?? code;
    };
    expect(await run('dataset-import.intent.after', JSON.stringify({ import: request }))).toBe('SIGKILL');
    expect(await run('dataset-import.storing.after')).toBe('SIGKILL');
    expect(await run('dataset-import.blobs.after')).toBe('SIGKILL');
    const { rows } = await setting.pool.query('SELECT * FROM dataset_imports');
    expect(rows).toMatchObject([{ source: `${place.at('pets')}/`, phase: 'storing' }]);
    expect(JSON.stringify(rows)).not.toContain(server.password);
    expect(await run('')).toBe(0);
    expect(await setting.service.show(localOwnerId, 'pets')).toMatchObject({ version: 1, images: 6 });
    expect(await setting.service.verify(localOwnerId, 'pets', 1)).toEqual({ ok: true, problems: [] });
  });

  test('connections that break again and again, and a server that is away for a while, delay an import and change nothing', async () => {
    await using place = await openPlace();
    const files: Record<string, Uint8Array> = {};
    for (let number = 0; number < 12; number += 1)
      files[`${number % 2 ? 'cat' : 'dog'}/${number}.png`] = await picture(number, 'png', 300);
    await place.put('large', files);
    const folder = path.join(place.setting.folder, 'large');
    await writeFiles(folder, files);
    const breaking = setInterval(() => place.relay.cutAfter(150_000), 50);
    try {
      const done = await importFolder(place.own, { path: place.at('large'), project: 'demo' });
      expect(done).toMatchObject({ phase: 'done', version: 1, error: null });
    } finally {
      clearInterval(breaking);
    }
    const same = await importFolder(place.own, { path: folder, project: 'demo' });
    expect(same).toMatchObject({ version: 1, reused: true });

    const begun = await place.own.service.import(localOwnerId, {
      path: place.at('large'),
      project: 'demo',
      name: 'again',
      format: 'auto',
      mode: 'copy',
      skipInvalid: false,
    });
    place.relay.cut();
    await waitFor('the import to ask in vain', async () => place.relay.refused > 5);
    expect(place.own.service.imports.isBusy).toBe(true);
    place.relay.restore();
    const again = await importOver(place.own, begun.importId);
    expect(again).toMatchObject({ phase: 'done', version: 1, error: null });
  });

  test('an object that is removed or replaced between the check and the storing is SOURCE_CHANGED', async () => {
    await using place = await openPlace();
    for (const [name, change] of [
      ['replaced', async () => place.put('replaced', { 'cat/1.png': await picture(99) })],
      [
        'removed',
        () =>
          place.client.send(
            new DeleteObjectsCommand({
              Bucket: place.bucket,
              Delete: { Objects: [{ Key: 'removed/cat/1.png' }] },
            }),
          ),
      ],
    ] as const) {
      await place.put(name, await goodFiles());
      const at = { path: place.at(name), uploadName: null };
      const request = { ...at, format: 'imagenet', reading: automatic, scratch: null } as const;
      const { signal } = new AbortController();
      const watch = { signal, onProgress: () => undefined };
      const { accepted } = await localExaminer(place.setting.home, place.endpoint)(request, watch);
      await change();
      const source = await sourcesOf(defaultLimits, place.setting.home, place.endpoint)(at);
      const parts = { store: place.own.store, links: null, signal, onProgress: () => undefined };
      await expect(storeImages(source, accepted, 'copy', parts), name).rejects.toMatchObject({
        code: 'SOURCE_CHANGED',
        place: { file: 'cat/1.png' },
      });
    }
  });

  test('credentials that may list and not read, wrong ones and none at all are told apart, and nothing is left', async () => {
    await using place = await openPlace();
    await place.put('pets', await goodFiles());
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::*'] }],
    });
    const answer = await docker([
      ...['exec', server.container, 'curl', '-sS', '--aws-sigv4', 'aws:amz:us-east-1:sts'],
      ...['--user', `${server.user}:${server.password}`, '-X', 'POST'],
      ...['--data-urlencode', 'Action=AssumeRole', '--data-urlencode', 'Version=2011-06-15'],
      ...['--data-urlencode', `Policy=${policy}`, 'http://127.0.0.1:9000/'],
    ]);
    const part = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(answer)?.[1] ?? '';
    const credentials = path.join(place.setting.folder, 'credentials');
    await writeFile(
      credentials,
      `[listing]\naws_access_key_id=${part('AccessKeyId')}\naws_secret_access_key=${part('SecretAccessKey')}\n` +
        `aws_session_token=${part('SessionToken')}\n[wrong]\naws_access_key_id=${server.user}\naws_secret_access_key=nonsense\n`,
    );
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', credentials);
    const as = (profile: string) =>
      importFolder(place.own, {
        path: place.at('pets'),
        project: 'demo',
        reading: {
          classesAt: null,
          namesEncoding: 'auto',
          s3: { endpoint: place.endpoint.endpoint, profile },
        },
      }).then(
        ({ error }) => error,
        (error: unknown) => error,
      );
    expect(await as('listing')).toMatchObject({ code: 'S3_SOURCE_FORBIDDEN' });
    expect(await as('wrong')).toMatchObject({ code: 'S3_REFUSED_CREDENTIALS' });
    expect(await as('nobody')).toMatchObject({ code: 'S3_CREDENTIALS_MISSING', message: /nobody/ });
    // What was corrected counts at once.
    await writeFile(
      credentials,
      `[nobody]\naws_access_key_id=${server.user}\naws_secret_access_key=${server.password}\n`,
    );
    expect(await as('nobody')).toBeNull();
    expect(await place.own.service.list(localOwnerId, { limit: 5 })).toMatchObject({
      datasets: [{ name: 'pets', version: 1 }],
    });
  });

  test('only copies are made of what lies in a bucket, and a bucket that is not there is named', async () => {
    await using place = await openPlace();
    await place.put('pets', await goodFiles());
    const request = { path: place.at('pets'), project: 'demo' };
    await expect(importFolder(place.own, { ...request, mode: 'in_place' })).rejects.toMatchObject({
      code: 'S3_SOURCE_NEEDS_COPY',
    });
    await expect(importFolder(place.own, { ...request, mode: 'link' })).rejects.toMatchObject({
      code: 'S3_SOURCE_NEEDS_COPY',
    });
    await expect(
      importFolder(place.own, { ...request, path: 's3://nowhere-at-all/pets' }),
    ).rejects.toMatchObject({ code: 'S3_SOURCE_NO_BUCKET', message: /nowhere-at-all/ });
    expect((await place.own.service.list(localOwnerId, { limit: 5 })).total).toBe(0);
  });
});
