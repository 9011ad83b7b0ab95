import { existsSync, renameSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cliJson, startEngine } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { RestError, rest } from '../support/rest.ts';

test.skipIf(process.platform === 'win32')(
  'an engine whose state folder is moved refuses writes, ends with a code, and makes no second folder; started where it is, it has all its data',
  async () => {
    await using place = await preparedHome();
    await using engine = await startEngine(place.home);
    let said = '';
    engine.process.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    await cliJson(place.home, ['project', 'create', 'before']);
    const there = `${place.home}-moved`;
    renameSync(place.home, there);
    // Refused, or the engine was quicker.
    await expect(rest(engine, 'POST', '/projects', { name: 'after' })).rejects.toSatisfy(
      (error) =>
        error instanceof TypeError || (error instanceof RestError && error.message.includes('HOME_MOVED')),
    );
    if (engine.process.exitCode === null)
      await new Promise((resolve) => engine.process.once('exit', resolve));
    expect(engine.process.exitCode).toBe(1);
    await expect.poll(() => said).toContain(`The state folder ${place.home} is not where it was`);
    expect(existsSync(place.home)).toBe(false);
    await using again = await startEngine(there);
    expect(await cliJson(there, ['project', 'list'])).toMatchObject({ projects: [{ name: 'before' }] });
    expect(await again.stop()).toBe(0);
  },
);

test.skipIf(process.platform === 'win32')(
  'an engine whose state folder was replaced by another ends and leaves that one alone',
  async () => {
    await using place = await preparedHome();
    await using engine = await startEngine(place.home);
    const there = `${place.home}-moved`;
    renameSync(place.home, there);
    await mkdir(place.home);
    if (engine.process.exitCode === null)
      await new Promise((resolve) => engine.process.once('exit', resolve));
    expect(engine.process.exitCode).toBe(1);
    expect(await readdir(place.home)).toEqual([]);
    await using again = await startEngine(there);
    expect(await again.stop()).toBe(0);
  },
);
