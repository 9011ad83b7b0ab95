import { execFile, spawn } from 'node:child_process';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHome, processesOf, query, Starter, start } from './support.ts';

// One state folder for all of these: each leaves a server that is stopped, and rows that the next one finds.
let place: Awaited<ReturnType<typeof makeHome>>;

beforeAll(async () => {
  place = await makeHome();
  const { starter, url } = await start(place.home);
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await starter.stop();
});

afterAll(() => place[Symbol.asyncDispose]());

const kept = (url: string) => query(url, 'SELECT answer FROM kept');

test('every way in wants the password', async () => {
  const { starter, url, report } = await start(place.home);
  await expect(query(url.replace(/:[^:@/]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({
    code: '28P01',
  });
  await expect(query(url.replace(/:[^:@/]+@/, '@'), 'SELECT 1')).rejects.toThrow(/password/);
  const rules = readFileSync(path.join(report.dataDirectory, 'pg_hba.conf'), 'utf8');
  const methods = rules
    .split('\n')
    .filter((line) => /^(local|host)/.test(line))
    .map((line) => line.trim().split(/\s+/).at(-1));
  expect(new Set(methods)).toEqual(new Set(['scram-sha-256']));
  const [stored] = await query(
    url,
    "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' AS scram FROM pg_authid WHERE rolname = 'admin'",
  );
  expect(stored).toEqual({ scram: true });
  await starter.stop();
});

test('stopped and started again, it has its rows; started by two at once, one is refused', async () => {
  const first = await start(place.home);
  const other = new Starter(place.home);
  expect((await other.ended).code).toBe(1);
  expect(other.errors).toContain('Another starter has the lock');
  await first.starter.stop();
  const second = await start(place.home);
  expect(second.report.how).toBe('started');
  expect(await kept(second.url)).toEqual([{ answer: 42 }]);
  await second.starter.stop();
});

test('a starter killed leaves its server, which the next one adopts and watches', async () => {
  const first = await start(place.home);
  await first.starter.kill();
  const second = await start(place.home);
  expect(second.report).toMatchObject({ how: 'adopted', pid: first.report.pid });
  expect(await kept(second.url)).toEqual([{ answer: 42 }]);

  process.kill(second.report.pid, 'SIGKILL');
  expect(await second.starter.next()).toEqual({ exit: second.report.pid });
  const { report } = await second.starter.ask('restart');
  expect(report?.how).toBe('recovered');
  expect(await kept(second.url)).toEqual([{ answer: 42 }]);
  await second.starter.stop();
  expect(processesOf(place.folder)).toEqual([]);
});

test('a server killed at once with its starter, with a query running, is recovered', async () => {
  const first = await start(place.home);
  const busy = query(first.url, 'SELECT count(*) FROM generate_series(1, 1000000000)').catch(
    (error) => error,
  );
  await expect
    .poll(() =>
      query(
        first.url,
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM gen%'",
      ),
    )
    .toEqual([{ n: 1 }]);
  process.kill(first.report.pid, 'SIGKILL');
  await first.starter.kill();
  const second = await start(place.home);
  expect(second.report.how).toBe('recovered');
  expect(await busy).toBeInstanceOf(Error);
  expect(await kept(second.url)).toEqual([{ answer: 42 }]);
  await second.starter.stop();
  expect(processesOf(place.folder)).toEqual([]);
});

test('a server that dies under a living starter is reported at once', async () => {
  const { starter, report, url } = await start(place.home);
  process.kill(report.pid, 'SIGKILL');
  expect(await starter.next()).toEqual({ exit: report.pid });
  expect((await starter.ask('restart')).report?.how).toBe('recovered');
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await starter.stop();
});

test('a backend that crashes is no end of the server', async () => {
  const first = await start(place.home);
  await first.starter.kill();
  const { starter, report, url } = await start(place.home);
  expect(report.how).toBe('adopted');
  const sleeping = query(url, 'SELECT pg_sleep(60)').catch((error) => error);
  const find = () => query(url, "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'");
  await expect.poll(async () => (await find()).length).toBe(1);
  process.kill((await find())[0]?.pid, 'SIGKILL');
  expect(await sleeping).toBeInstanceOf(Error);
  await expect.poll(() => query(url, 'SELECT 1 AS one').catch(() => null)).toEqual([{ one: 1 }]);
  process.kill(report.pid, 'SIGKILL');
  expect(await starter.next()).toEqual({ exit: report.pid });
  await starter.ask('restart');
  await starter.stop();
});

test('a state folder moved under its running server takes it along; a copy gets a server of its own', async () => {
  const first = await start(place.home);
  await first.starter.kill();
  const moved = `${place.home}-moved`;
  renameSync(place.home, moved);
  await promisify(execFile)('cp', ['-a', moved, place.home]);
  const copy = await start(place.home);
  expect(copy.report.how).toBe('recovered');
  expect(copy.report.pid).not.toBe(first.report.pid);
  expect(await kept(copy.url)).toEqual([{ answer: 42 }]);
  await copy.starter.stop();
  const second = await start(moved);
  expect(second.report).toMatchObject({ how: 'adopted', pid: first.report.pid });
  expect(await kept(second.url)).toEqual([{ answer: 42 }]);
  await second.starter.stop();
  expect(processesOf(place.folder)).toEqual([]);
  rmSync(place.home, { recursive: true });
  renameSync(moved, place.home);
});

test('a server that hangs is replaced', async () => {
  const first = await start(place.home);
  await first.starter.kill();
  process.kill(first.report.pid, 'SIGSTOP');
  const second = await start(place.home);
  expect(second.report.how).toBe('replaced');
  expect(await kept(second.url)).toEqual([{ answer: 42 }]);
  await second.starter.stop();
  expect(processesOf(place.folder)).toEqual([]);
});

test('a process number that belongs to another process by now does not stop the start', async () => {
  const first = await start(place.home);
  await first.starter.stop();
  // Of the server's own account: another's process would not stop PostgreSQL.
  const { uid, gid } = statSync(first.report.dataDirectory);
  const other = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
  try {
    const file = path.join(first.report.dataDirectory, 'postmaster.pid');
    const text = `${other.pid}\n${first.report.dataDirectory}\n1\n5432\n${first.host}\n\n\nready   \n`;
    writeFileSync(file, text);
    writeFileSync(path.join(first.host, '.s.PGSQL.5432.lock'), text);
    const second = await start(place.home);
    expect(second.report.how).toBe('recovered');
    await second.starter.stop();
  } finally {
    other.kill();
  }
});

test('data of another major version is named, and left alone', async () => {
  const first = await start(place.home);
  await first.starter.stop();
  const file = path.join(first.report.dataDirectory, 'PG_VERSION');
  writeFileSync(file, '16\n');
  const second = new Starter(place.home);
  expect((await second.ended).code).toBe(1);
  expect(second.errors).toContain('POSTGRES_DATA_MAJOR');
  expect(second.errors).toContain('PostgreSQL 16');
  writeFileSync(file, '17\n');
});

test('secrets that were lost are made anew, and the database takes their password', async () => {
  await using place = await makeHome();
  const first = await start(place.home);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.starter.kill();
  rmSync(path.join(place.home, 'secrets.json'));
  // The server of the killed engine still runs, with the old password.
  const second = await start(place.home);
  expect(second.report.how).toBe('unlocked');
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await second.starter.stop();
  rmSync(path.join(place.home, 'secrets.json'));
  const third = await start(place.home);
  expect(third.report.how).toBe('unlocked');
  expect(third.url).not.toBe(second.url);
  expect(await query(third.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await third.starter.stop();
  const fourth = await start(place.home);
  expect(fourth.report.how).toBe('started');
  await fourth.starter.stop();
});
