import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cliJson, startEngine } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';

test('a renewal that is killed before or after its write is done again by the next start: its engine works, and no earlier token opens it', async () => {
  await using place = await preparedHome();
  const { home } = place;
  const kept = async () => {
    const secrets: { engineToken: string } = JSON.parse(
      await readFile(path.join(home, 'secrets.json'), 'utf8'),
    );
    return secrets.engineToken;
  };
  const first = await startEngine(home);
  const killed = once(first.process, 'exit');
  first.process.kill('SIGKILL');
  await killed;

  const tokens = [first.token];
  for (const moment of ['before', 'after']) {
    const starting = startEngine(home, ['--no-sample'], {
      TRAINYARD_FAILPOINT: `engine-token.renew.${moment}`,
    });
    await expect(starting, moment).rejects.toThrow('the engine ended with null');
    tokens.push(await kept());
  }
  const [old, before, after] = tokens;
  expect(before).toBe(old);
  expect(after).not.toBe(old);

  await using engine = await startEngine(home);
  expect(tokens).not.toContain(engine.token);
  const ask = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${engine.url}/api/v1/projects`, { headers })).status;
  };
  expect(await Promise.all([...tokens, engine.token].map(ask))).toEqual([401, 401, 401, 200]);
  expect(await cliJson(home, ['project', 'list'])).toEqual({ projects: [], total: 0 });
});
