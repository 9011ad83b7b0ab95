import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cliJson, startEngine, waitFor } from '../../support/engine.ts';
import { preparedHome } from '../../support/prepared-home.ts';
import { rest } from '../../support/rest.ts';
import { writeTinyDataset } from '../../support/tiny-dataset.ts';

test('an import whose engine was killed is finished by the next engine, without anybody asking for it', async () => {
  await using place = await preparedHome();
  const { home } = place;
  await writeTinyDataset(`${home}-photos`, { classes: 2, images: 20 });
  const killed = await startEngine(home, ['--no-sample'], {
    TRAINYARD_FAILPOINT: 'dataset-import.blobs.after',
  });
  const exited = once(killed.process, 'exit');
  await cliJson(home, ['project', 'create', 'demo']);
  const request = { path: `${home}-photos`, project: 'demo', name: 'photos' };
  await rest(killed, 'POST', '/datasets/import', request).catch(() => undefined);
  expect((await exited)[1]).toBe('SIGKILL');

  await using next = await startEngine(home);
  const log = () => readFile(path.join(home, 'logs', 'engine.log'), 'utf8');
  await waitFor('the import to be finished', async () => (await log()).includes('dataset imported'));
  expect(await log()).toContain('going on with an unfinished import');
  const { datasets } = await rest<{ datasets: unknown[] }>(next, 'GET', '/datasets');
  expect(datasets).toMatchObject([{ name: 'photos', version: 1, images: 40, import: { phase: 'done' } }]);
});
