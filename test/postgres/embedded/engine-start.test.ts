import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { connectionTo, urlOf } from '../../../src/main/postgres/embedded/embedded-postgres.ts';
import { findLocation } from '../../../src/main/postgres/embedded/location.ts';
import { readPostmasterFile } from '../../../src/main/postgres/embedded/postmaster.ts';
import { serverUser } from '../../../src/main/postgres/embedded/server-user.ts';
import { cliJson, startEngine, waitFor } from '../../support/engine.ts';
import { preparedHome } from '../../support/prepared-home.ts';
import { query } from './support.ts';

const unlocked = 'PostgreSQL did not take the password of secrets.json; gave it that one and started it.';
const readLog = (home: string) => readFile(path.join(home, 'logs', 'engine.log'), 'utf8');
const loseSecrets = (home: string) => rm(path.join(home, 'secrets.json'));

async function expectKept(home: string): Promise<void> {
  expect(await cliJson(home, ['project', 'list'])).toMatchObject({ projects: [{ name: 'kept' }] });
}

test.concurrent('an engine whose secrets were lost gives the database its new password, once', async () => {
  await using place = await preparedHome();
  const { home } = place;
  const first = await startEngine(home);
  await cliJson(home, ['project', 'create', 'kept']);
  await first.stop();
  await loseSecrets(home);
  const second = await startEngine(home);
  expect(await readLog(home)).toContain(unlocked);
  await expectKept(home);
  await second.stop();
  const third = await startEngine(home);
  const lines = (await readLog(home)).split('\n');
  expect(lines.filter((line) => line.includes(unlocked))).toHaveLength(1);
  await third.stop();
}, 120_000);

test.concurrent('an engine killed before its server was asked for the new password leaves the next one a database that takes it', async () => {
  await using place = await preparedHome();
  const { home } = place;
  const first = await startEngine(home);
  await cliJson(home, ['project', 'create', 'kept']);
  await first.stop();
  await loseSecrets(home);
  const killed = startEngine(home, ['--no-sample'], { TRAINYARD_FAILPOINT: 'postgres.launch.after' });
  await expect(killed).rejects.toThrow('the engine ended with null');
  const second = await startEngine(home);
  await expectKept(home);
  const ended = once(second.process, 'exit');
  second.process.kill('SIGKILL');
  await ended;
  // The server still runs, with the password that is lost now.
  await loseSecrets(home);
  await using _third = await startEngine(home);
  await expectKept(home);
}, 120_000);

test.concurrent('a schema that was changed by hand is in the log of a start, which it does not stop', async () => {
  await using place = await preparedHome();
  const { home } = place;
  await using engine = await startEngine(home);
  const location = findLocation(home, serverUser());
  const { postgresPassword } = JSON.parse(await readFile(path.join(home, 'secrets.json'), 'utf8'));
  const port = readPostmasterFile(location.dataDirectory)?.port ?? 0;
  await query(
    urlOf(connectionTo(location, port, postgresPassword)),
    'ALTER TABLE projects ADD COLUMN by_hand text',
  );
  await engine.stop();
  await using _second = await startEngine(home);
  await waitFor('the warning', async () =>
    (await readLog(home)).includes('column projects.by_hand was added by hand'),
  );
}, 120_000);
