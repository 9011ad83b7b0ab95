import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { databaseFolder, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { processesOf } from '../support/survivors.ts';
import { seeded, writeTinyDataset } from '../support/tiny-dataset.ts';
import { expectNothingLostOrDoubled } from './ledger.ts';
import { importTiny, train } from './life.ts';
import { kill, Stage } from './stage.ts';

/** Of each victim; `npm run test:torture` takes 20. */
const kills = Number(process.env.TRAINYARD_TORTURE_KILLS ?? 3);
const seed = Number(process.env.TRAINYARD_TORTURE_SEED ?? Date.now() % 100_000);

type Victim = 'engine' | 'trainer' | 'supervisor' | 'postmaster';

async function postmasterOf(home: string): Promise<number | null> {
  const folder = await databaseFolder(home);
  const file = path.join(folder ?? '', 'data', 'postmaster.pid');
  return folder && existsSync(file) ? Number((await readFile(file, 'utf8')).split('\n')[0]) : null;
}

test(
  `${kills} SIGKILLs each of engine, trainer, supervisor and postmaster at random moments of one run (seed ${seed})`,
  async () => {
    const random = seeded(seed);
    await using state = await preparedHome();
    const images = path.join(path.dirname(state.home), 'images');
    await writeTinyDataset(images);
    const stage = new Stage(state.home);
    const victims = (['engine', 'trainer', 'supervisor', 'postmaster'] as Victim[])
      .flatMap((victim) => Array.from({ length: kills }, () => ({ victim, at: random() })))
      .sort((one, other) => one.at - other.at);
    let runId = '';
    const running = () =>
      waitFor('a running trainer', async () => {
        await stage.revive();
        const run = await stage.run(runId);
        if (run.status === 'failed')
          await stage
            .ask('POST', `/runs/${runId}/resume`, {})
            .catch(() => stage.ask('POST', `/runs/${runId}/retry`, {}));
        return run.status === 'running' ? stage.processOf(runId, 'trainerPid') : null;
      });
    try {
      await stage.start();
      runId = await train(stage, await importTiny(stage, images), 100_000);
      for (const { victim } of victims) {
        const trainer = await running();
        const { attempts } = await stage.run(runId);
        // The random moment itself is the point here, not a wait for something.
        await new Promise((resolve) => setTimeout(resolve, random() * 700));
        if (victim === 'engine') await stage.killEngine();
        if (victim === 'trainer') kill(trainer);
        if (victim === 'supervisor') kill((await stage.processOf(runId, 'pid')) ?? trainer);
        if (victim === 'postmaster') {
          const postmaster = await waitFor('a postmaster', () => postmasterOf(stage.home));
          kill(postmaster);
        }
        if (victim === 'trainer' || victim === 'supervisor') {
          // A cancellation that comes before anybody saw the death would find the attempt running.
          await waitFor('the death to be seen', async () => {
            await stage.revive();
            const now = await stage.run(runId);
            return now.attempts.length > attempts.length || now.attempts.at(-1)?.status !== 'running';
          });
        }
      }
      await running();
      await stage.ask('POST', `/runs/${runId}/cancel`, { graceMs: 10_000 });
      const run = await stage.untilOver(runId);
      expect(run.status).toBe('cancelled');
      await expectNothingLostOrDoubled(stage.engine, runId);
    } finally {
      await stage.stop();
    }
    expect(await processesOf([stage.home])).toEqual([]);
  },
  60_000 + kills * 60_000,
);
