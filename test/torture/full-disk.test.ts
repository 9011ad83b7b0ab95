import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli, waitFor } from '../support/engine.ts';
import { RestError, rest } from '../support/rest.ts';
import { SmallDisk, withoutSmallDisks } from '../support/small-disk.ts';
import { processesOf } from '../support/survivors.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { allFailpoints } from './all-failpoints.ts';
import { expectNothingLostOrDoubled } from './ledger.ts';
import { importTiny, train } from './life.ts';
import { Stage } from './stage.ts';

/** Every step of a run's life and of a start where `TRAINYARD_TORTURE_DISK=all` (`npm run test:torture`); else one of each kind. */
const all = process.env.TRAINYARD_TORTURE_DISK === 'all';

/** Passed by imports, by further attempts, by removals, by other stores and by an engine's end: neither by a first start nor by a first training. Whatever else the sources name is tried, and fails where it is not passed. */
const takenElsewhere =
  /^(dataset|dataset-import|dataset-sizes|documents\.put-from|engine-token|external|job|migration|mongo|object\.link|object\.put-many|postgres\.stop|project|run\.(again|cancel|cancel-unstarted|remove)|run-directory\.cancel|s3|stack|upload)\./;
const ofStart = /^(secrets|engine-record|postgres|schema|state-folder)\./;
const chosenLife = ['run-directory.config.before', 'supervisor.begin.before', 'supervisor.exit.before'];
const chosenStart = ['postgres.launch.before'];

const names = (await allFailpoints()).filter((name) => !takenElsewhere.test(name));
const lives = all ? names.filter((name) => !ofStart.test(name)) : chosenLife;
const starts = all ? names.filter((name) => ofStart.test(name)) : chosenStart;

/** The code of the error that a call ends with; null where it is answered. */
async function refusal(ask: Promise<unknown>): Promise<string | null> {
  try {
    await ask;
    return null;
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    return /"code":"([A-Z_]+)"/.exec(error.message)?.[1] ?? error.message;
  }
}

const newProject = (stage: Stage) =>
  refusal(rest(stage.engine, 'POST', '/projects', { name: randomUUID(), description: 'd' }));

test.skipIf(withoutSmallDisks).each(lives)(
  'a disk that is full at %s: reads are served, writes refused, and with room the run goes on to its true end',
  async (failpoint) => {
    await using disk = await SmallDisk.make('192M');
    const images = path.join(disk.beside, 'images');
    await writeTinyDataset(images);
    const stage = new Stage(disk.home);
    const mark = path.join(disk.beside, 'taken');
    try {
      await stage.start();
      const where = await importTiny(stage, images);
      await stage.stop();
      await stage.start({
        TRAINYARD_FAILPOINT: failpoint,
        TRAINYARD_FAILPOINT_MARK: mark,
        TRAINYARD_FAILPOINT_FILL: disk.filler,
      });
      const request = randomUUID();
      const created = await refusal(train(stage, where, 3, request));
      await waitFor(
        `the disk to be full at ${failpoint}`,
        async () => existsSync(mark) && disk.freeBytes === 0,
      );
      const state = await waitFor('the engine to see it', async () => {
        expect(stage.engineDied, stage.complaint).toBe(false);
        const { level } = await rest<{ level: string }>(stage.engine, 'GET', '/system/disk');
        return level === 'full' && level;
      });
      expect(state).toBe('full');
      await rest(stage.engine, 'GET', '/runs');
      expect(await newProject(stage)).toBe('DISK_FULL');
      const ready = await fetch(`${stage.engine.url}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain(`free at ${disk.mount}`);
      expect(stage.engineDied, stage.complaint).toBe(false);
      disk.free();
      await waitFor('writes to be taken again', async () => (await newProject(stage)) === null);
      if (created !== null) expect(created).toBe('DISK_FULL');
      const runId = await train(stage, where, 3, request);
      const run = await stage.untilOver(runId);
      expect(run).toMatchObject({ status: 'completed', error: null, progress: 100 });
      expect(run.attempts.map(({ status }) => status)).toEqual(['completed']);
      await expectNothingLostOrDoubled(stage.engine, runId);
      const exit = path.join(run.attempts[0]?.runDirectory ?? '', 'exit.json');
      expect(JSON.parse(await readFile(exit, 'utf8'))).toMatchObject({ exitCode: 0, cause: 'exited' });
    } finally {
      await stage.stop();
    }
    expect(await processesOf([stage.home])).toEqual([]);
  },
  180_000,
);

test.skipIf(withoutSmallDisks).each(starts)(
  'a disk that is full at %s of a start: it says DISK_FULL or serves, and starts whole once there is room',
  async (failpoint) => {
    await using disk = await SmallDisk.make('192M');
    const stage = new Stage(disk.home);
    const mark = path.join(disk.beside, 'taken');
    const environment = {
      TRAINYARD_FAILPOINT: failpoint,
      TRAINYARD_FAILPOINT_MARK: mark,
      TRAINYARD_FAILPOINT_FILL: disk.filler,
    };
    try {
      const started = await stage.start(environment);
      expect(existsSync(mark), `${failpoint} was passed`).toBe(true);
      if (started === null) {
        const { code, stderr, stdout } = await runCli(disk.home, ['serve', '--no-sample', '--json']);
        expect(code).toBe(1);
        expect(JSON.parse(stdout).error).toMatchObject({ code: 'DISK_FULL', hint: /Make room/ });
        expect(stderr).toContain(disk.mount);
      }
      disk.free();
      await stage.revive();
      await waitFor('writes to be taken', async () => (await newProject(stage)) === null);
    } finally {
      await stage.stop();
    }
    expect(await processesOf([stage.home])).toEqual([]);
  },
  180_000,
);
