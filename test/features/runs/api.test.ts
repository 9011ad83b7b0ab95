import { createRouterClient } from '@orpc/server';
import { expect, test } from 'vitest';
import { projectsApi } from '../../../src/main/api/projects.ts';
import { runsApi } from '../../../src/main/api/runs.ts';
import { ChannelChanges } from '../../../src/main/features/changes/channel-changes.ts';
import { LivePoints } from '../../../src/main/features/metrics/live-points.ts';
import { apiContext } from '../../support/api-context.ts';
import { createWorld } from './support/acts.ts';
import type { Stage } from './support/stage.ts';

/** The contract's own client, so that every answer is held against its schema. */
function clientOf({ runs, projects, parts }: Stage) {
  const { db, documents } = parts;
  const { pubSub } = parts;
  const readings = { db, documents, changes: new ChannelChanges(pubSub), live: new LivePoints(pubSub) };
  const context = apiContext({ projects, runs, readings, models: parts.models });
  return createRouterClient({ projects: projectsApi, runs: runsApi }, { context });
}

test('a training is queued, followed, read, cancelled and resumed through the contract', async () => {
  await using world = await createWorld();
  const { stage, datasetId } = world;
  const client = clientOf(stage);
  await stage.runs.loop.start();
  expect((await client.runs.models({})).models[0]).toMatchObject({
    id: 'builtin/quick',
    executors: ['builtin'],
  });
  const { runId: run } = await client.runs.create({
    project: 'demo',
    dataset: datasetId,
    model: 'builtin/quick',
  });

  const seqs: number[] = [];
  for (let after = 0, ended = false; !ended; ) {
    const page = await client.runs.events({ run, after, limit: 7, waitMs: 5000 });
    seqs.push(...page.events.map(({ seq }) => seq));
    ({ next: after, ended } = page);
  }
  const shown = await client.runs.show({ run });
  expect(shown).toMatchObject({ status: 'completed', progress: 100, metricNames: ['train_loss'] });
  expect(seqs).toEqual(Array.from({ length: shown.lastSeq }, (_, index) => index + 1));

  const { metrics, ended } = await client.runs.metrics({ run });
  expect([metrics.map(({ step, values }) => [step, values.train_loss]), ended]).toEqual([
    Array.from({ length: 8 }, (_, index) => [index + 1, 1 / (index + 1)]),
    true,
  ]);
  const { series } = await client.runs.series({ run, names: 'train_loss, none', fromStep: 3, toStep: 5 });
  expect(series.map(({ name, step }) => [name, step])).toEqual([['train_loss', [3, 4, 5]]]);
  const { lines } = await client.runs.logs({ run, search: 'QUICK' });
  expect(lines.map(({ message, stream }) => [message, stream])).toEqual([
    ['training quick from step 0', 'stdout'],
  ]);

  const { runId: slow } = await client.runs.create({
    project: 'demo',
    dataset: datasetId,
    model: 'builtin/slow',
  });
  await client.runs.metrics({ run: slow, waitMs: 10_000 });
  expect(await client.runs.cancel({ run: slow })).toMatchObject({ cancelRequested: true });
  for (let after = 0, over = false; !over; )
    ({ next: after, ended: over } = await client.runs.events({ run: slow, after, waitMs: 5000 }));
  expect(await client.runs.resume({ run: slow })).toMatchObject({ status: 'queued', cancelRequested: false });
  await client.runs.cancel({ run: slow, graceMs: 5000 });
  for (let after = 0, over = false; !over; )
    ({ next: after, ended: over } = await client.runs.events({ run: slow, after, waitMs: 5000 }));

  expect(
    (await client.runs.list({ status: 'cancelled', sort: 'durationMs' })).runs.map(({ id }) => id),
  ).toEqual([slow]);
  expect((await client.runs.compare({ runs: `${run},${slow}` })).differences).toEqual([
    { field: 'model.name', values: ['quick', 'slow'] },
  ]);
  expect(await client.runs.remove({ run: slow })).toEqual({ id: slow });
  expect(await client.projects.show({ project: 'demo' })).toMatchObject({ runCount: 1 });
  await expect(client.runs.show({ run: slow })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  await expect(
    client.runs.create({ project: 'demo', dataset: datasetId, overrides: { training: { epochs: 0 } } }),
  ).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  });
});
