import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { machineQueue } from '../../../src/main/features/jobs/job-claims.ts';
import { renewClaim } from '../../../src/main/features/jobs/job-rows.ts';
import { jobSchema } from '../../../src/shared/contract/jobs.ts';
import { inLanguage } from '../../../src/shared/errors/catalogue.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';
import { waitFor } from '../../support/engine.ts';
import { importFolder } from '../datasets/support/open-service.ts';
import { writeFiles } from '../datasets/support/pictures.ts';
import { openSetting } from '../datasets/support/setting.ts';
import { openJobs } from './support/open-jobs.ts';
import { openStores } from './support/stores.ts';
import { makeTrainedRun, weights } from './support/trained-run.ts';

/** A database and a state folder with a dataset `colours` of known pixels, and the stores of an engine on them. */
async function openJobStage() {
  await using stack = new AsyncDisposableStack();
  const setting = stack.use(await openSetting());
  const stores = stack.use(await openStores(setting.databaseUrl, setting.home, setting.store));
  const flat = (width: number, height: number, background: string) =>
    sharp({ create: { width, height, channels: 3, background } })
      .png()
      .toBuffer();
  const folder = path.join(setting.folder, 'colours');
  const grey = await sharp(Buffer.alloc(4, 51), { raw: { width: 2, height: 2, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  await writeFiles(folder, {
    'dark/black.png': await flat(2, 2, '#000000'),
    'dark/grey.png': grey,
    'dark/red.png': await flat(2, 2, '#ff0000'),
    'light/white.png': await flat(4, 1, '#ffffff'),
  });
  const imported = await importFolder(setting, { path: folder, project: 'demo' });
  if (imported.error) throw new Error(imported.error.message);
  const opened = stack.move();
  return {
    setting,
    stores,
    folder,
    datasetId: imported.datasetId,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const statistics = { kind: 'dataset.statistics', dataset: 'colours' } as const;

test('computes the statistics of a dataset once, and keeps them on its version', async () => {
  await using stage = await openJobStage();
  await using jobs = openJobs(stage.stores);
  await jobs.start();
  const [first, second] = await Promise.all([
    jobs.service.start(localOwnerId, statistics),
    jobs.service.start(localOwnerId, { ...statistics, version: 1 }),
  ]);
  expect(second.id).toBe(first.id);
  const done = await jobs.service.show(localOwnerId, first.id, 20_000);
  expect(done).toMatchObject({ status: 'done', attempts: 1, worker: 'engine this-machine', error: null });
  // Of 16 pixels: four black, four of 51, four red, four white.
  expect(done.statistics).toMatchObject({
    images: 4,
    pixels: 16,
    sizes: [
      { width: 2, height: 2, images: 3 },
      { width: 4, height: 1, images: 1 },
    ],
    classes: [
      { name: 'dark', images: 3, share: 0.75 },
      { name: 'light', images: 1, share: 0.25 },
    ],
    imbalance: 3,
  });
  const red = [0, 0.2, 1, 1];
  const other = [0, 0.2, 0, 1];
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = (values: number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
  for (const [channel, values] of [red, other, other].entries()) {
    expect(done.statistics?.mean[channel]).toBeCloseTo(mean(values), 12);
    expect(done.statistics?.std[channel]).toBeCloseTo(spread(values), 12);
  }
  const { rows } = await stage.stores.pool.query(
    `SELECT summary FROM dataset_versions WHERE dataset_id = $1`,
    [stage.datasetId],
  );
  expect(rows[0].summary).toMatchObject({ format: 'imagenet', images: 4, statistics: done.statistics });
  expect(await jobs.service.start(localOwnerId, statistics)).toEqual(done);
  expect(await jobs.service.list(localOwnerId, { kind: 'dataset.statistics', limit: 10 })).toEqual({
    jobs: [done],
    next: null,
    total: 1,
  });
  expect(await jobs.service.list(localOwnerId, { limit: 10, skip: 1 })).toMatchObject({ jobs: [] });
});

test('exports the model of a completed run with a card, and nothing of others', async () => {
  await using stage = await openJobStage();
  const { pool, objects } = stage.stores;
  const { project } = stage.setting;
  await using jobs = openJobs(stage.stores);
  await jobs.start();
  const run = await makeTrainedRun(pool, objects, project);
  const { id } = await jobs.service.start(localOwnerId, { kind: 'model.export', run });
  const done = await jobs.service.show(localOwnerId, id, 20_000);
  expect(done).toMatchObject({
    status: 'done',
    export: {
      bucket: 'models',
      prefix: `${run}/1`,
      parameters: 8,
      files: [{ name: 'model.json' }, { name: 'model.safetensors' }, { name: 'card.json' }],
    },
  });
  const read = async (name: string) => buffer(await objects.get('models', `${run}/1/${name}`));
  expect(await read('model.safetensors')).toEqual(weights());
  expect(JSON.parse((await read('card.json')).toString())).toMatchObject({
    format: 'trainyard/model-card',
    runId: run,
    parameters: 8,
    tensors: [
      { name: 'head.weight', dtype: 'F32', shape: [2, 3] },
      { name: 'head.bias', dtype: 'F32', shape: [2] },
    ],
  });
  const bare = await makeTrainedRun(pool, objects, project);
  await pool.query("DELETE FROM run_artifacts WHERE workflow_id = $1 AND name = 'model.safetensors'", [bare]);
  const refusals = [
    [bare, 'MODEL_NOT_EXPORTABLE', /model\.safetensors 파일이 없습니다/],
    [await makeTrainedRun(pool, objects, project, { status: 'running' }), 'RUN_NOT_COMPLETED', /실행 중/],
    [await makeTrainedRun(pool, objects, project, { stored: false }), 'MODEL_NOT_STORED', /객체 저장소/],
    [randomUUID(), 'RUN_NOT_FOUND', /학습 .+ 찾을 수 없습니다/],
  ] as const;
  for (const [other, code, korean] of refusals) {
    const refused = await jobs.service
      .start(localOwnerId, { kind: 'model.export', run: other })
      .catch((error: unknown) => error);
    if (!(refused instanceof TrainyardError)) throw new Error(`${code} was to be thrown`);
    expect(refused.code).toBe(code);
    expect(inLanguage(refused.record, 'ko').message).toMatch(korean);
  }
});

test('says why a job failed, and does it again when it is asked for again', async () => {
  await using stage = await openJobStage();
  await using jobs = openJobs(stage.stores);
  await jobs.start();
  const { objects, pool } = stage.stores;
  const run = await makeTrainedRun(pool, objects, stage.setting.project);
  const key = `${run}/1/artifacts/model.json`;
  const good = await buffer(await objects.get('artifacts', key));
  await objects.remove('artifacts', key);
  await objects.put('artifacts', key, Buffer.from('damaged'));
  const request = { kind: 'model.export', run } as const;
  const { id } = await jobs.service.start(localOwnerId, request);
  const failed = await jobs.service.show(localOwnerId, id, 20_000);
  const error = { code: 'ARTIFACT_DAMAGED', parameters: { name: 'model.json' } };
  expect(failed).toMatchObject({ status: 'failed', error, export: null });
  await pool.query(`UPDATE jobs SET error = error - 'parameters' - 'place' WHERE id = $1`, [id]);
  const keptByAnEarlierVersion = jobSchema.parse(await jobs.service.show(localOwnerId, id, 0));
  expect(keptByAnEarlierVersion.error).toMatchObject({ ...error, parameters: {} });
  expect(await objects.head('models', `${run}/1/model.json`)).toBeNull();
  await objects.remove('artifacts', key);
  await objects.put('artifacts', key, good);
  expect(await jobs.service.start(localOwnerId, request)).toMatchObject({ id, status: 'queued' });
  expect(await jobs.service.show(localOwnerId, id, 20_000)).toMatchObject({ status: 'done', error: null });
});

test('ignores whoever is late: of claims one holds, and after its lease another one', async () => {
  await using stage = await openJobStage();
  const jobs = openJobs(stage.stores);
  const { id } = await jobs.service.start(localOwnerId, statistics);
  const claims = Array.from({ length: 8 }, () => randomUUID());
  const claim = (one: string, round: number, leaseMs = 60_000) =>
    jobs.claims.claim({ jobId: id, claim: one, round, worker: one, leaseMs });
  const taken = await Promise.all(claims.map((one) => claim(one, 1, 100)));
  const first = claims[taken.findIndex((job) => job !== null)] ?? '';
  expect(taken.filter((job) => job !== null)).toHaveLength(1);
  // The same claim asked for again.
  expect(await claim(first, 1)).toMatchObject({ id, attempts: 1 });
  await waitFor('the lease to end', async () => {
    await jobs.claims.recover();
    return (await jobs.service.show(localOwnerId, id, 0)).status === 'queued';
  });
  expect(await claim(randomUUID(), 1)).toBeNull();
  const second = randomUUID();
  const job = await claim(second, 2);
  if (!job) throw new Error('the job is to be had');
  const result = {
    pixels: 4,
    sums: [0, 0, 0],
    squares: [0, 0, 0],
    sizes: [{ width: 2, height: 2, images: 1 }],
    classes: [{ name: 'a', images: 1 }],
  };
  expect(await renewClaim(jobs.db, { jobId: id, claim: first, leaseMs: 1000 })).toBe(false);
  expect(await jobs.claims.finish(job, first, { ...result, pixels: 8 })).toBe(false);
  expect(await jobs.claims.finish(job, second, result)).toBe(true);
  expect(await jobs.claims.finish(job, second, { ...result, pixels: 8 })).toBe(true);
  expect(await jobs.claims.giveBack(id, first)).toBe(false);
  expect(await jobs.service.show(localOwnerId, id, 0)).toMatchObject({
    status: 'done',
    attempts: 2,
    statistics: { pixels: 4 },
  });
});

test('takes no nonsense for a result, and gives up a job that everybody loses', async () => {
  await using stage = await openJobStage();
  const jobs = openJobs(stage.stores);
  const { id } = await jobs.service.start(localOwnerId, statistics);
  const claim = randomUUID();
  const job = await jobs.claims.claim({ jobId: id, claim, round: 1, worker: 'w', leaseMs: 60_000 });
  if (!job) throw new Error('the job is to be had');
  expect(await jobs.claims.finish(job, claim, { pixels: 'many' })).toBe(true);
  expect(await jobs.service.show(localOwnerId, id, 0)).toMatchObject({
    status: 'failed',
    error: { code: 'JOB_FAILED' },
  });
  await jobs.service.start(localOwnerId, statistics);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await jobs.claims.claim({ jobId: id, claim: randomUUID(), round: 2 + attempt, worker: 'w', leaseMs: 1 });
    await waitFor('the lease to end', async () => {
      await jobs.claims.recover();
      return (await jobs.service.show(localOwnerId, id, 0)).status !== 'running';
    });
  }
  expect(await jobs.service.show(localOwnerId, id, 0)).toMatchObject({
    status: 'failed',
    error: { code: 'JOB_LOST' },
  });
});

test('sends again what a queue has lost, and leaves others’ tasks alone', async () => {
  await using stage = await openJobStage();
  const { queue, pool } = stage.stores;
  await using jobs = openJobs({ ...stage.stores, leaseMs: 900 });
  const name = machineQueue('this-machine');
  await queue.send(name, { id: 'foreign', body: { task: 'somebody.elses', args: [], kwargs: {} } });
  const { id } = await jobs.service.start(localOwnerId, statistics);
  await pool.query(`DELETE FROM kv_queue WHERE id <> 'foreign'`);
  await jobs.start();
  expect(await jobs.service.show(localOwnerId, id, 20_000)).toMatchObject({ status: 'done' });
  await waitFor('its message to go', async () => {
    const { rows } = await pool.query('SELECT id FROM kv_queue WHERE queue = $1', [name]);
    return rows.length === 1;
  });
});

test('gives back what it is at when it stops, and somebody else does it', async () => {
  await using stage = await openJobStage();
  const { objects } = stage.stores;
  const reading = Promise.withResolvers<void>();
  const slow = Object.create(objects, {
    get: {
      value: async (...args: Parameters<typeof objects.get>) => {
        reading.resolve();
        await new Promise((resolve) => setTimeout(resolve, 200));
        return objects.get(...args);
      },
    },
  }) as typeof objects;
  const first = openJobs({ ...stage.stores, objects: slow });
  await first.start();
  const { id } = await first.service.start(localOwnerId, statistics);
  await reading.promise;
  await first[Symbol.asyncDispose]();
  expect(await first.service.show(localOwnerId, id, 0)).toMatchObject({ status: 'queued', attempts: 1 });
  await using second = openJobs(stage.stores);
  await second.start();
  expect(await second.service.show(localOwnerId, id, 20_000)).toMatchObject({ status: 'done', attempts: 2 });
});

test('reads what lies in place on the machine that has it', async () => {
  await using stage = await openJobStage();
  await importFolder(stage.setting, {
    path: stage.folder,
    project: 'demo',
    name: 'left there',
    mode: 'in_place',
  });
  await using elsewhere = openJobs({ ...stage.stores, machineId: 'another-machine' });
  await elsewhere.start();
  await using here = openJobs(stage.stores);
  const { id } = await here.service.start(localOwnerId, { ...statistics, dataset: 'left there' });
  await here.start();
  expect(await here.service.show(localOwnerId, id, 20_000)).toMatchObject({
    status: 'done',
    worker: 'engine this-machine',
    statistics: { images: 4 },
  });
});
