import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryHome } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { processesOf } from '../support/survivors.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { allFailpoints } from './all-failpoints.ts';
import { expectNothingLostOrDoubled } from './ledger.ts';
import { wholeLife } from './life.ts';
import { Stage } from './stage.ts';

/** Places that only a state made on purpose leads to; test/features/runs/failpoints.test.ts makes it and takes them, test/features/datasets/cancel-import.test.ts those of cancelled imports, test/features/datasets/kills.test.ts those of older imports' sizes and of labels, test/stores/documents/mongo-kills.test.ts those of MongoDB, test/stores/migration those of copies, test/stores/snapshots/kills.test.ts those of snapshots and restores, test/stores/destinations/bucket.test.ts those of their copies in a bucket, test/stores/exports those of imported rows and documents, test/features/exports/capsules.test.ts those of capsules, test/platform/state-switch.test.ts those of the switch to a restored state, test/features/backups/schedule.test.ts those of scheduled snapshots, test/features/backups/encryption.test.ts those of their encryption, test/stores/objects/s3-outage.test.ts those of S3, test/cli/upgrade.test.ts and test/stack/upgrade.test.ts those of upgrades, test/features/jobs/kills.test.ts those of jobs, test/stack/verbs/kills.test.ts those of the stack, test/features/weights/kills.test.ts those of weights, test/features/inbox/kills.test.ts those of the inbox, test/server/token-renewal.test.ts that of an engine that was killed. */
const takenElsewhere =
  /^(backup-copy|backup-encryption|backup-schedule|capsule|dataset-import\.annotations|dataset-import\.cancel|dataset-import\.withdraw|dataset-sizes|destination|run\.cancel-unstarted|engine-token|external|import|inbox|job|mongo|migration|prune|restore|s3|snapshot|snapshot-receive|snapshot-upload|stack|switch|upgrade|weights)\./;

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

/** How many a life takes, one after the other, where it comes past them; `npm run test:torture` gives each a life of its own. */
const perLife = Number(process.env.TRAINYARD_TORTURE_FAILPOINTS_PER_LIFE ?? 8);

/** The steps of a life in their order: a group that follows it is come to in one life, since some are taken once only. */
const steps = [
  'secrets',
  'postgres.location',
  'postgres.initialise',
  'postgres.initdb',
  'postgres.rename',
  'postgres.database-note',
  'postgres.launch',
  'schema.migrate',
  'schema.commit',
  'state-folder',
  'engine-record',
  'project.create',
  'dataset-import.reserve',
  'dataset-import.intent',
  'dataset-import',
  'object.put-many',
  'run.create',
  'run-directory',
  'attempt.claim',
  'attempt.start',
  'attempt.running',
  'ingest',
  'documents',
  'object.put',
  'artifact',
  'attempt.drain',
  'attempt.finish',
  'run-directory.cancel',
  'run.cancel',
  'run.again',
  'project.update',
  'hub-token',
  'dataset.link',
  'object.link',
  'dataset-import.failed',
  'upload',
  'run.remove',
  'dataset.remove',
  'project.remove',
  'postgres.stop',
];

/** The place of the step with the longest name that begins this one; what is not named stands first, and is come to at any time. */
function placeOf(name: string): number {
  const [step] = steps
    .filter((one) => name.startsWith(one))
    .toSorted((one, other) => other.length - one.length);
  return step === undefined ? -1 : steps.indexOf(step);
}

/** In the order of a life, of each step the place before it first. A supervisor's death starts no new engine, so each has its life. */
function groupsOf(names: readonly string[]): string[][] {
  const groups: string[][] = [];
  const ordered = names
    .toSorted()
    .toReversed()
    .toSorted((one, other) => placeOf(one) - placeOf(other));
  for (const name of ordered) {
    const group = groups.at(-1);
    const isAlone = name.startsWith('supervisor.') || group?.[0]?.startsWith('supervisor.');
    if (group && group.length < perLife && !isAlone) group.push(name);
    else groups.push([name]);
  }
  return groups;
}

/** Places of a first start. */
const first = /^(postgres|schema|secrets|state-folder)\./;

/** A whole life in a new folder, whose engines die at one place after the other as they come there. Answers those they did not come to. */
async function livedThrough(failpoints: readonly string[]): Promise<string[]> {
  await using state = await (failpoints.some((one) => first.test(one)) ? temporaryHome() : preparedHome());
  const around = path.dirname(state.home);
  const images = await writeSources(around);
  const stage = new Stage(state.home);
  const markOf = (failpoint: string) => path.join(around, `taken-${failpoint}`);
  const left = () => failpoints.filter((failpoint) => !existsSync(markOf(failpoint)));
  let last: string | undefined;
  stage.environment = () => {
    const [next] = left();
    if (next === undefined) return undefined;
    if (next === last)
      throw new Error(`the engine did not die at ${next}, but of something else: ${stage.complaint}`);
    last = next;
    return { TRAINYARD_FAILPOINT: next, TRAINYARD_FAILPOINT_MARK: markOf(next) };
  };
  try {
    await stage.revive();
    for (const run of await wholeLife(stage, images)) await expectNothingLostOrDoubled(stage.engine, run);
  } finally {
    await stage.stop();
  }
  if ((await processesOf([stage.home])).length > 0) {
    // It died while it stopped: the next engine takes over what it left, and stops that.
    stage.environment = () => undefined;
    await stage.start();
    await stage.stop();
  }
  expect(await processesOf([stage.home])).toEqual([]);
  return left();
}

// Mostly waiting: several at once.
test.concurrent.each(
  groupsOf((await allFailpoints()).filter((name) => !takenElsewhere.test(name))).map(
    (group) => [group.join(', '), group] as const,
  ),
)(
  'killed at %s, nothing is lost, doubled or left running',
  async (_, group) => {
    for (let left = group; left.length > 0; ) {
      const still = await livedThrough(left);
      expect(still.length, `${left[0]} was passed`).toBeLessThan(left.length);
      left = still;
    }
  },
  perLife * 240_000,
);
