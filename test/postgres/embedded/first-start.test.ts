import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { areaOf, makeHome, processesOf, query, Starter, start } from './support.ts';

const root = process.getuid?.() === 0;

test('a new state folder gets a PostgreSQL 17 of its own, closed to others', async () => {
  await using place = await makeHome();
  const { starter, report, url, host } = await start(place.home);
  expect(report).toMatchObject({ how: 'initialised', dataDirectory: path.join(areaOf(place.home), 'data') });
  const [facts] = await query(
    url,
    `SELECT current_setting('server_version') AS version, current_user AS role, current_database() AS database,
            current_setting('TimeZone') AS zone, current_setting('fsync') AS fsync, current_setting('listen_addresses') AS addresses,
            current_setting('client_connection_check_interval') AS check,
            (SELECT datlocprovider::text || ' ' || datlocale || ' ' || pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()) AS locale`,
  );
  expect(facts).toEqual({
    version: expect.stringMatching(/^17\./),
    role: 'admin',
    database: 'vision_platform',
    zone: 'UTC',
    fsync: 'on',
    addresses: '',
    check: '1s',
    locale: 'b C.UTF-8 UTF8',
  });
  expect(statSync(host).mode & 0o077).toBe(0);
  expect(statSync(place.home).mode & 0o067).toBe(0);
  expect(statSync(path.join(place.home, 'secrets.json')).mode & 0o777).toBe(0o600);
  const password = JSON.parse(readFileSync(path.join(place.home, 'secrets.json'), 'utf8')).postgresPassword;
  for (const pid of processesOf(place.folder)) {
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(password);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(password);
  }
  expect(readFileSync(path.join(areaOf(place.home), 'server.log'), 'utf8')).not.toContain(password);
  expect(readdirSync(areaOf(place.home)).filter((name) => name.startsWith('initialising'))).toEqual([]);
  await starter.stop();
  expect(processesOf(place.folder)).toEqual([]);
  expect(existsSync(path.join(report.dataDirectory, 'postmaster.pid'))).toBe(false);
});

test('killed at each step of a first start, one after the other, it goes on from what is there', async () => {
  await using place = await makeHome();
  const left = () => readdirSync(areaOf(place.home)).filter((name) => name.startsWith('initialising'));
  for (const failpoint of [
    'postgres.location.before',
    'postgres.location.after',
    'secrets.write.before',
    'secrets.write.after',
    'postgres.initialise.before',
    'postgres.initdb.after',
    'postgres.rename.before',
    'postgres.rename.after',
    'postgres.launch.before',
    'postgres.launch.after',
  ]) {
    const doomed = new Starter(place.home, { failpoint });
    expect(await doomed.ended, failpoint).toMatchObject({ signal: 'SIGKILL' });
  }
  expect(left()).toEqual([]);
  const { starter, report, url } = await start(place.home);
  expect(report.how).toBe('adopted');
  expect(await query(url, 'SELECT current_database() AS name')).toEqual([{ name: 'vision_platform' }]);
  await starter.kill();

  for (const failpoint of ['postgres.stop.before', 'postgres.stop.after']) {
    const doomed = new Starter(place.home, { failpoint });
    await doomed.next();
    doomed.process.stdin.write('stop\n');
    expect(await doomed.ended, failpoint).toMatchObject({ signal: 'SIGKILL' });
  }
  const again = await start(place.home);
  expect(again.report.how).toBe('started');
  await again.starter.stop();
});

test('killed in the middle of initdb, the next start makes it anew', async () => {
  await using place = await makeHome();
  const doomed = new Starter(place.home);
  const begun = () =>
    existsSync(areaOf(place.home)) &&
    readdirSync(areaOf(place.home)).some((name) => name.startsWith('initialising'));
  await expect.poll(begun, { interval: 5 }).toBe(true);
  await doomed.kill();
  const { starter, report } = await start(place.home);
  expect(report.how).toBe('initialised');
  await starter.stop();
});

test('a state folder whose path is too long for a socket, with blanks, quotes and Hangul in it', async () => {
  await using place = await makeHome(`a 'long' "name", 학습 ${'x'.repeat(120)}`);
  const { starter, url, host } = await start(place.home);
  expect(Buffer.byteLength(host)).toBeLessThan(90);
  expect(statSync(host).mode & 0o777).toBe(0o700);
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await starter.stop();
});

test('an ordinary account starts it as itself', async ({ skip }) => {
  if (!root) skip('the tests run as an ordinary account: every other test says this');
  await using place = await makeHome();
  const account = { uid: 65_534, gid: 65_534 };
  const { starter, report, url } = await start(place.home, { account, environment: { HOME: place.folder } });
  expect(report.how).toBe('initialised');
  expect(statSync(report.dataDirectory).uid).toBe(account.uid);
  expect(statSync(place.home).mode & 0o777).toBe(0o700);
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await starter.kill();
  const again = await start(place.home, { account, environment: { HOME: place.folder } });
  expect(again.report.how).toBe('adopted');
  await again.starter.stop();
  expect(processesOf(place.folder)).toEqual([]);
});

test('root’s server runs under another account', async ({ skip }) => {
  if (!root) skip('the tests do not run as root');
  await using place = await makeHome();
  const { starter, report } = await start(place.home);
  expect(readFileSync(`/proc/${report.pid}/status`, 'utf8')).not.toMatch(/^Uid:\s+0\s/m);
  expect(statSync(report.dataDirectory).uid).not.toBe(0);
  expect(readFileSync(`/proc/${report.pid}/status`, 'utf8')).toMatch(/^Groups:\s*$/m);
  await starter.stop();
});

test('where that account cannot reach the state folder, the data lies under /var/lib/trainyard', async ({
  skip,
}) => {
  if (!root) skip('the tests do not run as root');
  await using place = await makeHome(path.join('closed', 'home'));
  mkdirSync(path.dirname(place.home), { mode: 0o700 });
  const { starter, report, url } = await start(place.home);
  expect(report.dataDirectory).toMatch(/^\/var\/lib\/trainyard\/[0-9a-f]{16}\/postgres\/data$/);
  expect(statSync(path.dirname(path.dirname(report.dataDirectory))).mode & 0o067).toBe(0);
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await starter.kill();
  const again = await start(place.home);
  expect(again.report.how).toBe('adopted');
  expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await again.starter.stop();

  // A copy of the state folder must not get the original's server; a moved one takes it along.
  const copy = `${place.home}-copy`;
  cpSync(place.home, copy, { recursive: true });
  const refused = new Starter(copy);
  expect((await refused.ended).code).toBe(1);
  expect(refused.errors).toContain('POSTGRES_DATA_OF_ANOTHER_HOME');
  renameSync(place.home, `${place.home}-moved`);
  const moved = await start(`${place.home}-moved`);
  expect(await query(moved.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await moved.starter.stop();
  renameSync(`${place.home}-moved`, place.home);
});
