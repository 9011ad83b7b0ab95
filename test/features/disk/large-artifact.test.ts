import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli, waitFor } from '../../support/engine.ts';
import { rest } from '../../support/rest.ts';
import { SmallDisk, withoutSmallDisks } from '../../support/small-disk.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';
import { importTiny, train } from '../../torture/life.ts';
import { Stage } from '../../torture/stage.ts';

/** Leaves a sparse file of ten GiB, which takes no room, and a small one. */
const trainer = `
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
const directory = process.argv[2];
const time = new Date().toISOString();
writeFileSync(directory + '/artifacts/big.bin', '');
truncateSync(directory + '/artifacts/big.bin', 10 * 1024 ** 3);
writeFileSync(directory + '/artifacts/small.json', '{}');
const artifact = (name) => ({ type: 'artifact', path: 'artifacts/' + name, kind: 'other', name, mediaType: 'a/b' });
const events = [artifact('big.bin'), artifact('small.json'), { type: 'result', status: 'completed', metrics: {} }];
appendFileSync(directory + '/events.jsonl', events.map((one, at) => JSON.stringify({ seq: at + 1, time, ...one }) + '\\n').join(''));
`;

interface Detail {
  readonly status: string;
  readonly artifacts: readonly { path: string; sha256: string | null }[];
}

test.skipIf(withoutSmallDisks)(
  'a trainer whose artifact is larger than the disk fills nothing: its run and the next complete, the small artifacts are stored, and the history says what waits',
  async () => {
    await using disk = await SmallDisk.make('192M');
    const images = path.join(disk.beside, 'images');
    await writeTinyDataset(images);
    const program = path.join(disk.beside, 'trainer.mjs');
    await writeFile(program, trainer);
    const stage = new Stage(disk.home);
    try {
      await stage.start({ TRAINYARD_BUILTIN_TRAINER: program });
      const where = await importTiny(stage, images);
      for (let runs = 0; runs < 2; runs += 1) {
        const run = await train(stage, where, 1);
        expect(await stage.untilOver(run)).toMatchObject({ status: 'completed', error: null });
        const { artifacts } = await waitFor('the small artifact', async () => {
          const detail = await rest<Detail>(stage.engine, 'GET', `/runs/${run}`);
          return detail.artifacts.some(({ sha256 }) => sha256 !== null) && detail;
        });
        expect(artifacts.filter(({ sha256 }) => sha256 === null).map((one) => one.path)).toEqual([
          'artifacts/big.bin',
        ]);
        const told = await waitFor('the history', async () => {
          const { events } = await rest<{ events: { data: { cause?: string; message?: string } }[] }>(
            stage.engine,
            'GET',
            `/runs/${run}/events?types=attempt`,
          );
          return events.find(({ data }) => data.cause === 'DISK_FULL');
        });
        expect(told.data.message).toMatch(/^The artifact artifacts\/big\.bin waits: .*needs 10\.0 GiB/);
        const { stdout } = await runCli(disk.home, ['runs', 'follow', run, '--after', '0']);
        expect(stdout).toContain('The artifact artifacts/big.bin waits: ');
      }
      const { level } = await rest<{ level: string }>(stage.engine, 'GET', '/system/disk');
      expect(level).toBe('low');
    } finally {
      await stage.stop();
    }
  },
);
