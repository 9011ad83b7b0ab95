import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryHome } from '../support/engine.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { expectNothingLostOrDoubled } from './ledger.ts';
import { wholeLife } from './life.ts';
import { Stage } from './stage.ts';
import { processesOf } from '../support/survivors.ts';

const sources = path.resolve(import.meta.dirname, '..', '..', 'src', 'main');

/** Every failpoint in the sources: a new durable write is tortured without being listed anywhere. */
async function allFailpoints(): Promise<string[]> {
  const names = new Set<string>();
  for (const entry of await readdir(sources, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name === 'failpoints.ts') continue;
    const text = await readFile(path.join(entry.parentPath, entry.name), 'utf8');
    for (const [, name] of text.matchAll(/failpoint\('([^']+)'\)/g)) if (name) names.add(name);
  }
  return [...names].sort();
}

test.each(await allFailpoints())(
  'killed at %s, nothing is lost, doubled or left running',
  async (failpoint) => {
    await using state = await temporaryHome();
    const images = path.join(path.dirname(state.home), 'images');
    await writeTinyDataset(images);
    const stage = new Stage(state.home);
    const mark = path.join(path.dirname(state.home), 'taken');
    try {
      await stage.start({ TRAINYARD_FAILPOINT: failpoint, TRAINYARD_FAILPOINT_MARK: mark });
      await stage.revive();
      for (const run of await wholeLife(stage, images)) await expectNothingLostOrDoubled(stage.engine, run);
    } finally {
      await stage.stop();
    }
    expect(await processesOf([stage.home])).toEqual([]);
    expect(existsSync(mark), `${failpoint} was passed`).toBe(true);
  },
  180_000,
);
