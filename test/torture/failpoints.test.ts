import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryHome } from '../support/engine.ts';
import { processesOf } from '../support/survivors.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { allFailpoints } from './all-failpoints.ts';
import { expectNothingLostOrDoubled } from './ledger.ts';
import { wholeLife } from './life.ts';
import { Stage } from './stage.ts';

/** Places that only a state made on purpose leads to; test/runs/failpoints.test.ts makes it and takes them, test/adapters/mongo-kills.test.ts those of MongoDB, test/migration those of copies, test/adapters/s3-outage.test.ts those of S3, test/jobs/kills.test.ts those of jobs, test/stack/kills.test.ts those of the stack, test/identity/token-renewal.test.ts that of an engine that was killed. */
const takenElsewhere = /^(run\.cancel-unstarted|engine-token|external|job|mongo|migration|s3|stack)\./;

/** `images`, a second folder `images-linked`, an archive `images.tar`, and `images-bad`, which no dataset can be made of. */
async function writeSources(folder: string): Promise<string> {
  const images = path.join(folder, 'sources', 'images');
  await writeTinyDataset(images);
  await writeTinyDataset(`${images}-linked`, { seed: 2, images: 4 });
  await promisify(execFile)('tar', ['-cf', `${images}.tar`, '-C', path.dirname(images), 'images']);
  await mkdir(path.join(`${images}-bad`, 'class-0'), { recursive: true });
  await writeFile(path.join(`${images}-bad`, 'class-0', 'broken.png'), 'no image');
  return images;
}

// Mostly waiting: several at once.
test.concurrent.each((await allFailpoints()).filter((name) => !takenElsewhere.test(name)))(
  'killed at %s, nothing is lost, doubled or left running',
  async (failpoint) => {
    await using state = await temporaryHome();
    const around = path.dirname(state.home);
    const images = await writeSources(around);
    const stage = new Stage(state.home);
    const mark = path.join(around, 'taken');
    try {
      await stage.start({ TRAINYARD_FAILPOINT: failpoint, TRAINYARD_FAILPOINT_MARK: mark });
      await stage.revive();
      for (const run of await wholeLife(stage, images)) await expectNothingLostOrDoubled(stage.engine, run);
    } finally {
      await stage.stop();
    }
    if ((await processesOf([stage.home])).length > 0) {
      // It died while it stopped: the next engine takes over what it left, and stops that.
      await stage.start();
      await stage.stop();
    }
    expect(await processesOf([stage.home])).toEqual([]);
    expect(existsSync(mark), `${failpoint} was passed`).toBe(true);
  },
  240_000,
);
