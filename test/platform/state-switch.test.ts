import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { dataEntries, isSwitchDecided, keptPrevious } from '../../src/main/platform/state-switch.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { allFailpoints } from '../torture/all-failpoints.ts';

const aside = 'aside-000000000001';
const previous = 'previous-000000000002';
/** Some are on one side only. */
const old = dataEntries.filter((name) => name !== 'scratch' && name !== 'cache');
const restored = dataEntries.filter((name) => name !== 'uploads' && name !== 'runs');

function run(home: string, step: string, failpoint = ''): Promise<unknown> {
  const program = fileURLToPath(new URL('./switch-worker.ts', import.meta.url));
  return promisify(execFile)(process.execPath, [program, home, step], {
    env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
  });
}

async function put(folder: string, names: readonly string[], text: string): Promise<void> {
  for (const name of names) {
    const entry = path.join(folder, name);
    if (name.endsWith('.json')) await writeFile(entry, text);
    else {
      await mkdir(entry);
      await writeFile(path.join(entry, 'text'), text);
    }
  }
}

/** What each entry of a folder says. */
async function texts(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    if (!dataEntries.some((one) => one === name)) continue;
    const entry = path.join(folder, name);
    found[name] = await readFile(name.endsWith('.json') ? entry : path.join(entry, 'text'), 'utf8');
  }
  return found;
}

const all = (names: readonly string[], text: string) => Object.fromEntries(names.map((name) => [name, text]));

async function filledHome(home: string): Promise<void> {
  for (const inner of [aside, previous]) await mkdir(path.join(home, inner));
  await put(home, old, 'old');
  await put(path.join(home, aside), restored, 'new');
}

test('a switch that is killed at any step is not decided, and everything is as it was, or is gone through with by whoever comes next', async () => {
  const failpoints = (await allFailpoints()).filter((name) => name.startsWith('switch.'));
  expect(failpoints).toHaveLength(6);
  for (const failpoint of failpoints) {
    // Of the moves each one.
    const times = failpoint.startsWith('switch.move') ? [1, 2, old.length + restored.length] : [1];
    for (const time of times) {
      await using place = await temporaryFolder();
      const home = place.folder;
      await filledHome(home);
      const killed = `${failpoint}:${time}`;
      await expect(run(home, 'decide', killed), killed).rejects.toMatchObject({ signal: 'SIGKILL' });
      const isDecided = isSwitchDecided(home);
      await run(home, 'go-on');
      expect(isSwitchDecided(home), killed).toBe(false);
      if (failpoint === 'switch.decide.before') {
        expect(isDecided).toBe(false);
        expect(await texts(home)).toEqual(all(old, 'old'));
        expect(await texts(path.join(home, aside))).toEqual(all(restored, 'new'));
      } else {
        expect(await texts(home), killed).toEqual(all(restored, 'new'));
        expect(await texts(path.join(home, previous)), killed).toEqual(all(old, 'old'));
        expect(await texts(path.join(home, aside)), killed).toEqual({});
        expect(keptPrevious(home), killed).toBe(previous);
      }
    }
  }
}, 60_000);

test('what a restore found nothing to replace is not kept', async () => {
  await using place = await temporaryFolder();
  const home = place.folder;
  for (const inner of [aside, previous]) await mkdir(path.join(home, inner));
  await put(home, ['uploads'], 'old');
  await put(path.join(home, aside), restored, 'new');
  await run(home, 'decide');
  expect(await texts(home)).toEqual(all(restored, 'new'));
  expect(existsSync(path.join(home, 'uploads'))).toBe(false);
  expect(keptPrevious(home)).toBeNull();
});
