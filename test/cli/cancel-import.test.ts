import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { cliFile, cliJson, runCli, startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { rest } from '../support/rest.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

interface Listed {
  readonly datasets: readonly {
    readonly id: string;
    readonly import: { id: string; phase: string } | null;
  }[];
}

test('Ctrl-C, "dataset cancel" and DELETE cancel an import in the engine, and nothing of it stays', async () => {
  await using place = await preparedHome();
  const { home } = place;
  // Enough for an import to be caught in its midst.
  await writeTinyDataset(`${home}-photos`, { classes: 2, images: 1500 });
  await using engine = await startEngine(home);
  await cliJson(home, ['project', 'create', 'demo']);
  const listed = async () => (await rest<Listed>(engine, 'GET', '/datasets')).datasets[0];
  const start = () => {
    const args = ['dataset', 'import', `${home}-photos`, '--project', 'demo', '--name', 'photos'];
    const child = spawn(findNode(), [cliFile, ...args], {
      env: { ...process.env, TRAINYARD_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return { child, ended: Promise.all([text(child.stderr), once(child, 'close')]) };
  };
  const underWay = () =>
    waitFor('the import to be under way', async () => {
      const now = (await listed())?.import;
      return now && ['validating', 'storing'].includes(now.phase) && now;
    });
  const blobs = async () => {
    const folder = path.join(home, 'objects', 'datasets');
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    return names.filter((name) => name.isFile()).map(({ name }) => name);
  };
  const expectCancelled = async ([stderr, [code]]: readonly [string, unknown[]]) => {
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('The import was cancelled; nothing of it was kept'),
    });
    expect(await listed()).toBeUndefined();
    expect(await blobs()).toEqual([]);
  };

  const interrupted = start();
  await underWay();
  interrupted.child.kill('SIGINT');
  await expectCancelled(await interrupted.ended);

  const named = start();
  const { id } = await underWay();
  const cancelled = await cliJson(home, ['dataset', 'cancel', 'photos']);
  expect(cancelled).toMatchObject({ name: 'photos', importId: id, phase: 'cancelled' });
  await expectCancelled(await named.ended);

  const asked = start();
  const { id: importId } = await underWay();
  expect(await rest(engine, 'DELETE', `/dataset-imports/${importId}`)).toEqual({ importId });
  await expectCancelled(await asked.ended);

  const { code, stderr } = await runCli(home, ['dataset', 'cancel', 'photos']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('There is no dataset "photos"'),
  });
}, 120_000);
