import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createWorld, until, untilOver, type World } from '../features/runs/support/acts.ts';
import { waitFor } from '../support/engine.ts';
import { docker } from '../support/servers.ts';
import { daemonSocket } from './support/daemon-socket.ts';
import { containersOf, queueScript, withContainers, workingFolderOf } from './support/script-containers.ts';
import { baseImage, withoutTorch } from './support/torch-image.ts';

const reason = withoutTorch();
if (reason) console.info(`skipped: containers in trouble, ${reason}`);

/** As long as a daemon takes that is updated; short where a training's full length was not asked for. */
const awayMs = process.env.TRAINYARD_TEST_TRAIN === 'full' ? 20_000 : 3000;

/** Ends when it is told to; its lines of metrics are written by the test. */
const waiting = 'while [ ! -e enough ]; do sleep 0.05; done';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A script in a container that has written its first line. */
async function running(world: World) {
  const { stage } = world;
  stage.runs.loop.start();
  const runId = await queueScript(world, waiting);
  const working = workingFolderOf(world);
  await until(stage, runId, 'its start', ({ status }) => status === 'running');
  await writeFile(path.join(working, 'results.csv'), 'epoch,loss\n1,1\n');
  await until(stage, runId, 'its first point', ({ metricNames }) => metricNames.includes('loss'));
  return {
    runId,
    container: await containersOf(runId),
    say: (line: string) => appendFile(path.join(working, 'results.csv'), `${line}\n`),
    letEnd: () => writeFile(path.join(working, 'enough'), ''),
    epochs: async () => {
      const { rows } = await stage.pool.query<{ epoch: number }>(
        'SELECT epoch FROM metrics WHERE workflow_id = $1 ORDER BY step',
        [runId],
      );
      return rows.map(({ epoch }) => epoch);
    },
  };
}

describe.skipIf(reason !== null)('a run in a container', { timeout: 120_000 }, () => {
  test('goes on while the daemon is away, and nothing that it wrote meanwhile is lost or doubled', async () => {
    await using daemon = await daemonSocket();
    vi.stubEnv('DOCKER_HOST', daemon.url);
    await using world = await createWorld({ parts: withContainers });
    const run = await running(world);
    {
      await using _away = await daemon.away();
      await run.say('2,0.5');
      await waitFor('a point without the daemon', async () => (await run.epochs()).length === 2);
      await delay(awayMs);
      await run.say('3,0.25');
    }
    await run.letEnd();
    expect(await untilOver(world.stage, run.runId)).toMatchObject({
      status: 'completed',
      finalMetrics: { loss: 0.25 },
    });
    expect(await run.epochs()).toEqual([1, 2, 3]);
    expect(await containersOf(run.runId)).toBe('');
  });

  test('that ends while the daemon is away has ended as it did, and leaves no container', async () => {
    await using daemon = await daemonSocket();
    vi.stubEnv('DOCKER_HOST', daemon.url);
    await using world = await createWorld({ parts: withContainers });
    const run = await running(world);
    {
      await using _away = await daemon.away();
      await run.say('2,0.5');
      await run.letEnd();
      await waitFor('the end of the container', async () => {
        const inspect = ['inspect', '-f', '{{.State.Status}}', run.container];
        return (await docker(['-H', daemon.direct, ...inspect])).trim() === 'exited';
      });
    }
    expect(await untilOver(world.stage, run.runId)).toMatchObject({
      status: 'completed',
      finalMetrics: { loss: 0.5 },
    });
    expect(await containersOf(run.runId)).toBe('');
  });

  test('whose container somebody removes has failed, with all that it wrote', async () => {
    await using world = await createWorld({ parts: withContainers });
    const run = await running(world);
    await docker(['rm', '-f', '-v', run.container]);
    const ended = await untilOver(world.stage, run.runId);
    expect(ended).toMatchObject({ status: 'failed', finalMetrics: { loss: 1 } });
    expect(ended.attempts.at(-1)).toMatchObject({ cause: 'signalled' });
    expect(await containersOf(run.runId)).toBe('');
  });

  test('whose first process somebody kills has failed, with all that it wrote', async () => {
    await using world = await createWorld({ parts: withContainers });
    const run = await running(world);
    const pid = (await docker(['inspect', '-f', '{{.State.Pid}}', run.container])).trim();
    process.kill(Number(pid), 'SIGKILL');
    const ended = await untilOver(world.stage, run.runId);
    expect(ended).toMatchObject({ status: 'failed', finalMetrics: { loss: 1 } });
    expect(ended.attempts.at(-1)).toMatchObject({ cause: 'signalled' });
    expect(await containersOf(run.runId)).toBe('');
  });

  test('whose image was removed while it waited fails by the image’s name', async () => {
    const image = 'trainyard-test/removed:1';
    await docker(['tag', baseImage ?? '', image]);
    await using world = await createWorld({ parts: withContainers });
    const runId = await queueScript(world, 'true', { image });
    await docker(['rmi', image]);
    world.stage.runs.loop.start();
    const ended = await untilOver(world.stage, runId);
    expect(ended.status).toBe('failed');
    expect(ended.error).toContain(image);
    expect(await containersOf(runId)).toBe('');
  });

  test('is left alone by the engine of another home on the same daemon', async () => {
    await using world = await createWorld({ parts: withContainers });
    const run = await running(world);
    {
      await using neighbour = await createWorld({ parts: withContainers });
      const other = await running(neighbour);
      await docker(['rm', '-f', '-v', other.container]);
      expect((await untilOver(neighbour.stage, other.runId)).status).toBe('failed');
    }
    expect((await docker(['inspect', '-f', '{{.State.Running}}', run.container])).trim()).toBe('true');
    await run.say('2,0.5');
    await run.letEnd();
    expect(await untilOver(world.stage, run.runId)).toMatchObject({
      status: 'completed',
      finalMetrics: { loss: 0.5 },
    });
    expect(await run.epochs()).toEqual([1, 2]);
  });
});
