import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  checkDatabase,
  checkEngine,
  checkLeftovers,
} from '../../../src/main/features/doctor/checks/engine.ts';
import { checkMemory, checkPort } from '../../../src/main/features/doctor/checks/machine.ts';
import {
  checkElectron,
  checkImages,
  checkNode,
  checkPackages,
  checkPostgres,
  checkTrainer,
} from '../../../src/main/features/doctor/checks/programs.ts';
import {
  checkClock,
  checkDisk,
  checkFileSystem,
  checkHome,
} from '../../../src/main/features/doctor/checks/state-folder.ts';
import type { Observation } from '../../../src/main/features/doctor/findings.ts';
import { writeEngineRecord } from '../../../src/main/platform/home.ts';
import { startEmbeddedPostgres } from '../../../src/main/postgres/embedded/embedded-postgres.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'trainyard-doctor-'));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const codes = async (seen: readonly Observation[] | Promise<readonly Observation[]>) =>
  (await seen).map(({ code }) => code);
const record = (url: string, pid: number) => ({
  url,
  token: 't',
  pid,
  startedAt: new Date().toISOString(),
  version: '0',
});

test('an old Node is named with its version and place', async () => {
  expect(await checkNode('20.20.2', '/usr/bin/node')).toEqual([
    { code: 'NODE_TOO_OLD', evidence: '20.20.2 (/usr/bin/node)' },
  ]);
  expect(await codes(checkNode())).toEqual(['NODE_OK']);
});

test('a platform package that was left out is named', async () => {
  expect(await checkPackages(['@embedded-postgres/none', 'pg'])).toEqual([
    { code: 'PACKAGE_MISSING', evidence: '@embedded-postgres/none' },
  ]);
  expect(await codes(checkPackages())).toEqual(['PACKAGES_OK']);
});

test('PostgreSQL’s program runs, and one that lacks a library is found out', async () => {
  expect(await checkPostgres(home)).toEqual([
    { code: 'POSTGRES_OK', evidence: expect.stringMatching(/^postgres \(PostgreSQL\) 17\./) },
  ]);
  const broken = path.join(home, 'broken');
  const words = 'error while loading shared libraries: libicuuc.so.60: cannot open shared object file';
  await writeFile(broken, `#!/bin/sh\necho "${words}" >&2\nexit 127\n`);
  await chmod(broken, 0o755);
  const programs = { postgres: broken, initdb: broken, pgCtl: broken, version: '17.10' };
  expect(await checkPostgres(home, () => programs)).toEqual([
    expect.objectContaining({
      code: 'POSTGRES_BINARIES_BROKEN',
      fault: expect.objectContaining({ message: expect.stringContaining('libicuuc.so.60') }),
    }),
  ]);
});

test('a state folder that others can read is noticed', async () => {
  expect(await codes(checkHome(path.join(home, 'new')))).toEqual(['HOME_OK']);
  await mkdir(path.join(home, 'open'));
  await chmod(path.join(home, 'open'), 0o755);
  expect(await checkHome(path.join(home, 'open'))).toEqual([
    {
      code: 'HOME_OPEN_TO_OTHERS',
      evidence: expect.stringContaining('0755'),
      command: `chmod 700 ${path.join(home, 'open')}`,
    },
  ]);
});

test('a state folder that cannot be made is an error', async () => {
  await writeFile(path.join(home, 'file'), '');
  expect(await codes(checkHome(path.join(home, 'file', 'state')))).toEqual(['HOME_UNUSABLE']);
});

test('room on the disk is measured, and judged', async () => {
  expect(await codes(checkDisk(home, 100 * 1024 ** 3))).toEqual(['DISK_OK']);
  expect(await codes(checkDisk(home, 2 * 1024 ** 3))).toEqual(['DISK_LOW']);
  expect(await codes(checkDisk(home, 1024 ** 2))).toEqual(['DISK_FULL']);
  expect((await checkDisk(home))[0]?.evidence).toMatch(/^[\d.]+ [KMGT]iB \/ [\d.]+ [KMGT]iB/);
});

test('the file system of the state folder is tried, and nothing is left there', async () => {
  expect(await codes(checkFileSystem(home))).toEqual(['FILESYSTEM_OK']);
  expect(await readdir(home)).toEqual([]);
});

test('a clock that is wrong, and one that the file system disagrees with', async () => {
  expect(await codes(checkClock(home))).toEqual(['CLOCK_OK']);
  expect(await codes(checkClock(home, () => Date.UTC(2001, 0, 1)))).toEqual(['CLOCK_WRONG']);
  expect(await codes(checkClock(home, () => Date.now() + 3_600_000))).toEqual(['CLOCK_SKEWED']);
});

test('little memory is a warning', async () => {
  expect(await codes(checkMemory(64 * 1024 ** 2))).toEqual(['MEMORY_LOW']);
  expect(await codes(checkMemory(8 * 1024 ** 3))).toEqual(['MEMORY_OK']);
});

test('a port is bound, or it is said why not', async () => {
  expect(await codes(checkPort())).toEqual(['PORT_OK']);
  expect(await codes(checkPort('203.0.113.1'))).toEqual(['PORT_UNBINDABLE']);
});

test('an engine that answers, one that is silent, one that died, and a damaged record', async () => {
  expect(await codes(checkEngine(home))).toEqual(['ENGINE_NOT_RUNNING']);
  const server = createServer((_request, response) => response.end('{"ok":true}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  writeEngineRecord(home, record(url, process.pid));
  expect(await codes(checkEngine(home))).toEqual(['ENGINE_RUNNING']);
  await new Promise((resolve) => server.close(resolve));
  expect(await codes(checkEngine(home))).toEqual(['ENGINE_SILENT']);
  writeEngineRecord(home, record(url, 2 ** 22 + 7));
  expect(await codes(checkEngine(home))).toEqual(['ENGINE_DIED']);
  await writeFile(path.join(home, 'engine.json'), '{"url"');
  expect(await codes(checkEngine(home))).toEqual(['STATE_FILE_DAMAGED']);
});

test('a PostgreSQL without an engine is a leftover, one with an engine is not', async () => {
  expect(await codes(checkLeftovers(home))).toEqual(['LEFTOVERS_NONE']);
  const server = await startEmbeddedPostgres(home);
  try {
    expect(await checkLeftovers(home)).toEqual([
      { code: 'POSTGRES_LEFT_RUNNING', evidence: expect.stringContaining(String(server.report.pid)) },
    ]);
    writeEngineRecord(home, record('http://127.0.0.1:1', process.pid));
    expect(await codes(checkLeftovers(home))).toEqual(['LEFTOVERS_NONE']);
  } finally {
    await server.stop();
  }
  expect(await codes(checkLeftovers(home))).toEqual(['LEFTOVERS_NONE']);
});

test('a database is judged by what it answers', async () => {
  const state = { version: '17.10', revision: '0030', head: '0030', how: 'docker' as const };
  expect(await codes(checkDatabase(async () => state))).toEqual(['DATABASE_OK']);
  expect(await codes(checkDatabase(async () => ({ ...state, revision: null })))).toEqual(['SCHEMA_BEHIND']);
  expect(await codes(checkDatabase(async () => null))).toEqual([]);
  // What an engine says whose stack is stopped: the page and the command line ask the same.
  const away = { version: '–', revision: null, head: '–', how: 'away' as const };
  expect(await codes(checkDatabase(async () => away))).toEqual([]);
  const dead = checkDatabase(() => Promise.reject(new Error('connection refused')));
  expect(await dead).toEqual([{ code: 'DATABASE_UNREACHABLE', evidence: 'connection refused' }]);
});

test('the libraries that images and trainings need are used, and one that does not load is named', async () => {
  expect(await codes(checkImages())).toEqual(['IMAGES_OK']);
  expect(await checkImages('no-such-library')).toEqual([
    { code: 'IMAGES_BROKEN', evidence: expect.stringContaining('no-such-library') },
  ]);
  expect(await codes(checkTrainer())).toEqual(['TRAINER_OK']);
  expect(await checkTrainer('no-such-library')).toEqual([
    { code: 'TRAINER_BROKEN', evidence: expect.stringContaining('no-such-library') },
  ]);
});

test('Electron’s program is found where it is, and never fetched', async () => {
  expect(await codes(checkElectron({ ELECTRON_OVERRIDE_DIST_PATH: home }))).toEqual(['ELECTRON_ABSENT']);
  const program = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[
    String(process.platform)
  ];
  const file = path.join(home, program ?? 'electron');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '');
  expect(await checkElectron({ ELECTRON_OVERRIDE_DIST_PATH: home })).toEqual([
    { code: 'ELECTRON_PRESENT', evidence: file },
  ]);
});
