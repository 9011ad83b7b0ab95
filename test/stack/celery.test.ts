import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOwnerId } from '../../src/main/features/identity/local-owner.ts';
import { openS3Objects } from '../../src/main/stores/objects/s3/object-store.ts';
import { defaultQueue } from '../../src/main/stores/queue/ports.ts';
import { openRedis, type RedisStores } from '../../src/main/stores/redis/redis.ts';
import { importFolder, makeProject, openService } from '../features/datasets/support/open-service.ts';
import { openJobs } from '../features/jobs/support/open-jobs.ts';
import { makeTrainedRun, weights } from '../features/jobs/support/trained-run.ts';
import { waitFor } from '../support/engine.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { runPython, startWorker, workerEnvironment } from '../support/python-worker.ts';
import { redisCli } from '../support/redis-cli.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../support/servers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const unserved = withoutServer('redis', 's3');
const python = unserved ? { reason: unserved } : workerEnvironment();
const reason = 'reason' in python ? python.reason : null;
const bin = 'bin' in python ? python.bin : '';
if (reason) console.info(`skipped: a real Celery worker: ${reason}`);

const minute = 60_000;

describe.skipIf(reason)('with a real Celery worker', () => {
  let redis: TestServer;
  let s3: TestServer;
  const held = new AsyncDisposableStack();
  let stage: Awaited<ReturnType<typeof openStage>>;

  /** A database, objects on S3, a project with a dataset of 60 images of grey. */
  async function openStage() {
    const place = held.use(await temporaryFolder());
    const database = held.use(await createTestDatabase());
    const endpoint = s3Endpoint(s3);
    const objects = held.use(
      await openS3Objects(endpoint, path.join(place.folder, 'cache'), (error) => console.error(error)),
    );
    await objects.ensureBuckets();
    const service = held.use(
      await openService(database.url, path.join(place.folder, 'home'), 'this-machine', objects),
    );
    const project = await makeProject(service);
    const environment = {
      TRAINYARD_REDIS_URL: redis.url,
      TRAINYARD_S3_ENDPOINT: endpoint.endpoint,
      TRAINYARD_S3_ACCESS_KEY_ID: endpoint.accessKeyId,
      TRAINYARD_S3_SECRET_ACCESS_KEY: endpoint.secretAccessKey,
    };
    return { folder: place.folder, pool: service.pool, service, project, objects, environment };
  }

  beforeAll(async () => {
    [redis, s3] = await Promise.all([startServer('redis'), startServer('s3')]);
    held.use(redis);
    held.use(s3);
    stage = await openStage();
  }, 3 * minute);
  afterAll(() => held.disposeAsync());

  const open = () => openRedis({ url: redis.url, tls: null }, (error) => console.error(error));
  /** An engine on the stores. */
  const engine = (stores: RedisStores, machineId: string, leaseMs = 30_000) =>
    openJobs({ ...stores, pool: stage.pool, objects: stage.objects, machineId, leaseMs });
  const isPresent = async () => Number(await redisCli(redis, ['zcard', 'trainyard:workers'])) > 0;
  const gone = () => redisCli(redis, ['flushall']);

  async function importTiny(name: string, seed: number, images = 20): Promise<string> {
    const folder = path.join(stage.folder, name);
    await writeTinyDataset(folder, { seed, images });
    const { datasetId } = await importFolder(stage.service, { path: folder, project: 'demo' });
    return datasetId;
  }

  test(
    'a worker does the jobs, and what it makes is what the engine makes',
    async () => {
      await gone();
      await importTiny('by-worker', 1);
      const run = await makeTrainedRun(stage.pool, stage.objects, stage.project);
      await using worker = startWorker(bin, stage.environment, 'first');
      await waitFor(
        'the worker',
        async () => worker.printed().includes('ready.') && (await isPresent()),
        minute,
      );
      await using stores = await open();
      await using jobs = engine(stores, 'a');
      await jobs.start();
      const statistics = { kind: 'dataset.statistics', dataset: 'by-worker' } as const;
      const started = await Promise.all([
        jobs.service.start(localOwnerId, statistics),
        jobs.service.start(localOwnerId, { kind: 'model.export', run }),
      ]);
      const [counted, exported] = await Promise.all(
        started.map(({ id }) => jobs.service.show(localOwnerId, id, 30_000)),
      );
      expect([counted, exported], worker.printed()).toMatchObject([
        { status: 'done', attempts: 1, worker: 'celery first@test' },
        { status: 'done', attempts: 1, worker: 'celery first@test', export: { parameters: 8 } },
      ]);
      const read = async (name: string) => buffer(await stage.objects.get('models', `${run}/1/${name}`));
      const card = await read('card.json');
      expect(await read('model.safetensors')).toEqual(weights());
      // The same jobs by the engine alone.
      await worker.kill();
      await gone();
      await stage.pool.query('DELETE FROM jobs');
      const again = await Promise.all([
        jobs.service.start(localOwnerId, statistics),
        jobs.service.start(localOwnerId, { kind: 'model.export', run }),
      ]);
      const [countedHere, exportedHere] = await Promise.all(
        again.map(({ id }) => jobs.service.show(localOwnerId, id, 30_000)),
      );
      expect(countedHere).toMatchObject({ status: 'done', worker: 'engine a' });
      expect(countedHere?.statistics).toEqual(counted?.statistics);
      expect(exportedHere?.export).toEqual(exported?.export);
      expect(await read('card.json')).toEqual(card);
    },
    2 * minute,
  );

  test(
    'each side reads what the other one queued',
    async () => {
      await gone();
      await using stores = await open();
      runPython(
        bin,
        [
          'from trainyard_worker.app import app',
          `app.send_task('some.task', args=['글', {'b': [1.5, None]}], kwargs={'k': True}, task_id='sent-by-python')`,
        ].join('\n'),
        stage.environment,
      );
      const message = await stores.queue.receive(defaultQueue, minute);
      expect(message).toMatchObject({
        id: 'sent-by-python',
        body: { task: 'some.task', args: ['글', { b: [1.5, null] }], kwargs: { k: true } },
      });
      expect(await message?.acknowledge()).toBe(true);
      await stores.queue.send(defaultQueue, {
        id: 'sent-by-us',
        body: { task: 't', args: ['글'], kwargs: { k: 1 } },
      });
      const read = runPython(
        bin,
        [
          'import json',
          'from trainyard_worker.app import app',
          'with app.connection_for_read() as c:',
          `    m = c.default_channel.basic_get('${defaultQueue}')`,
          '    print(json.dumps([m.headers["task"], m.headers["id"], m.decode()]))',
          '    print(c.default_channel.client.hlen("unacked"))',
          // Given back as a stopping worker does: written anew.
          '    c.default_channel.basic_reject(m.delivery_tag, requeue=True)',
        ].join('\n'),
        stage.environment,
      ).split('\n');
      expect(JSON.parse(read[0] ?? '')).toEqual([
        't',
        'sent-by-us',
        [['글'], { k: 1 }, { callbacks: null, errbacks: null, chain: null, chord: null }],
      ]);
      expect(read[1]).toBe('1');
      await stores.queue.send(defaultQueue, {
        id: 'sent-by-us',
        body: { task: 'the same id again', args: [], kwargs: {} },
      });
      expect(await redisCli(redis, ['llen', defaultQueue])).toBe('1');
      expect(await stores.queue.receive(defaultQueue, minute)).toMatchObject({
        id: 'sent-by-us',
        body: { task: 't' },
      });
    },
    minute,
  );

  test(
    'jobs are done once, with a worker and two engines at them and the worker killed in the midst',
    async () => {
      await gone();
      await stage.pool.query('DELETE FROM jobs');
      const names = ['one', 'two', 'three', 'four', 'five', 'six'];
      for (const [index, name] of names.entries()) await importTiny(name, 10 + index, 60);
      await using first = await open();
      await using second = await open();
      // They don't stand back: everybody races.
      const racing = { ...first, workers: { ...first.workers, present: async () => false } };
      await using jobs = engine(racing, 'a', 2000);
      await using others = engine(
        { ...second, workers: { ...second.workers, present: async () => false } },
        'b',
        2000,
      );
      const doomed = startWorker(bin, stage.environment, 'doomed');
      await using _worker = startWorker(bin, stage.environment, 'second');
      await using _doomed = doomed;
      await waitFor(
        'the workers',
        async () => Number(await redisCli(redis, ['zcard', 'trainyard:workers'])) === 2,
        minute,
      );
      const started = await Promise.all(
        names.map((dataset) => jobs.service.start(localOwnerId, { kind: 'dataset.statistics', dataset })),
      );
      await Promise.all([jobs.start(), others.start()]);
      await waitFor(
        'the doomed worker to have a job',
        async () => /Task dataset\.statistics\[/.test(doomed.printed()),
        30_000,
      );
      await doomed.kill();
      const ended = await Promise.all(started.map(({ id }) => jobs.service.show(localOwnerId, id, 30_000)));
      for (const job of ended) expect(job).toMatchObject({ status: 'done', statistics: { images: 180 } });
      expect(new Set(ended.map(({ id }) => id)).size).toBe(names.length);
      const { rows } = await stage.pool.query(
        `SELECT count(*)::int AS done FROM dataset_versions AS v JOIN jobs AS j ON j.arguments ->> 'datasetId' = v.dataset_id::text
      WHERE v.summary -> 'statistics' = j.result`,
      );
      expect(rows).toEqual([{ done: names.length }]);
    },
    2 * minute,
  );

  test(
    'the engine stands back when a worker is there, and does what a killed one held',
    async () => {
      await gone();
      await importTiny('orphan', 30);
      await using stores = await open();
      await using jobs = engine(stores, 'a', 1500);
      await redisCli(redis, ['zadd', 'trainyard:workers', String(Date.now() + 5 * minute), 'busy']);
      await jobs.start();
      const { id } = await jobs.service.start(localOwnerId, {
        kind: 'dataset.statistics',
        dataset: 'orphan',
      });
      expect(await jobs.service.show(localOwnerId, id, 5000)).toMatchObject({
        status: 'queued',
        attempts: 0,
      });
      // A worker's process that has the message and dies before it claims the job.
      runPython(
        bin,
        [
          'import os',
          'from trainyard_worker.app import app',
          'with app.connection_for_read() as c:',
          `    assert c.default_channel.basic_get('${defaultQueue}')`,
          '    os._exit(0)',
        ].join('\n'),
        stage.environment,
      );
      expect(await redisCli(redis, ['hlen', 'unacked'])).toBe('1');
      expect(await redisCli(redis, ['llen', defaultQueue])).toBe('0');
      await redisCli(redis, ['zrem', 'trainyard:workers', 'busy']);
      expect(await jobs.service.show(localOwnerId, id, 30_000)).toMatchObject({
        status: 'done',
        worker: 'engine a',
      });
    },
    2 * minute,
  );
});
