import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createFile, replaceFile } from '../../../src/main/platform/durable-file.ts';
import {
  acquireEngineLock,
  ensureSecrets,
  openHome,
  readEngineRecord,
  removeEngineRecord,
  writeEngineRecord,
} from '../../../src/main/platform/home.ts';
import { homeFolder } from '../../../src/main/platform/paths.ts';
import { makeHome } from './support.ts';

const module = path.resolve(import.meta.dirname, '../../../src/main/platform/home.ts');

/** Runs statements that use home.ts in a process of their own; it stays until its standard input is closed. */
function runWithHome(body: string, home: string) {
  const source = `import * as home from ${JSON.stringify(module)}; const folder = ${JSON.stringify(home)}; ${body}`;
  return spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

test('the state folder is the one named, else the platform’s', () => {
  expect(homeFolder({ TRAINYARD_HOME: '/a/b' })).toBe('/a/b');
  expect(homeFolder({ TRAINYARD_HOME: '', XDG_DATA_HOME: '/data' })).toBe(
    homeFolder({ XDG_DATA_HOME: '/data' }),
  );
  expect(homeFolder({ TRAINYARD_HOME: 'b' })).toBe(path.resolve('b'));
  if (process.platform === 'linux') {
    expect(homeFolder({ XDG_DATA_HOME: '/data' })).toBe('/data/trainyard');
    expect(homeFolder({ XDG_DATA_HOME: 'relative' })).toMatch(/\/\.local\/share\/trainyard$/);
  }
});

test.skipIf(process.platform === 'win32').each(['', 'relative/home', '.'])(
  'a HOME that is "%s" leads to the account’s own folder, wherever a program is started',
  (named) => {
    const usual = process.env.HOME;
    process.env.HOME = named;
    try {
      expect(homeFolder({})).toBe(homeFolder({ XDG_DATA_HOME: 'relative' }));
      expect(homeFolder({}).startsWith(`${userInfo().homedir}/`)).toBe(true);
      expect(homeFolder({ TRAINYARD_HOME: '/a/b' })).toBe('/a/b');
    } finally {
      process.env.HOME = usual;
    }
  },
);

test('the state folder is made closed, and closed where it was open', async () => {
  await using place = await makeHome();
  const fresh = path.join(place.folder, 'deep', 'down');
  expect(statSync(openHome(fresh)).mode & 0o777).toBe(0o700);
  mkdirSync(place.home);
  chmodSync(place.home, 0o755);
  expect(statSync(openHome(place.home)).mode & 0o777).toBe(0o700);
  writeFileSync(path.join(place.folder, 'file'), '');
  expect(() => openHome(path.join(place.folder, 'file', 'home'))).toThrow(
    expect.objectContaining({ code: 'HOME_UNUSABLE' }),
  );
});

test('the engine’s record is written whole, closed to others, and read back', async () => {
  await using place = await makeHome();
  openHome(place.home);
  expect(readEngineRecord(place.home)).toBeNull();
  const record = {
    url: 'http://127.0.0.1:1',
    token: 't',
    pid: 1,
    startedAt: '2026-01-01T00:00:00Z',
    version: '0',
  };
  writeEngineRecord(place.home, record);
  expect(readEngineRecord(place.home)).toEqual(record);
  expect(statSync(path.join(place.home, 'engine.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(place.home)).toEqual(['engine.json']);
  for (const text of ['', '{"url": 1}', '[]', 'null', '{"url":']) {
    writeFileSync(path.join(place.home, 'engine.json'), text);
    expect(() => readEngineRecord(place.home)).toThrow(
      expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }),
    );
  }
  removeEngineRecord(place.home);
  removeEngineRecord(place.home);
  expect(readEngineRecord(place.home)).toBeNull();
});

test('secrets are made once, whoever asks first, and closed to others', async () => {
  await using place = await makeHome();
  openHome(place.home);
  const children = Array.from({ length: 6 }, () =>
    runWithHome('console.log(home.ensureSecrets(folder).postgresPassword)', place.home),
  );
  const answers = await Promise.all(
    children.map(async (child) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      await once(child, 'close');
      return text.trim();
    }),
  );
  const { postgresPassword } = ensureSecrets(place.home);
  expect(postgresPassword).toMatch(/^[\w-]{43}$/);
  expect(new Set(answers)).toEqual(new Set([postgresPassword]));
  expect(statSync(path.join(place.home, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(place.home)).toEqual(['secrets.json']);
  writeFileSync(path.join(place.home, 'secrets.json'), '{}');
  expect(() => ensureSecrets(place.home)).toThrow(expect.objectContaining({ code: 'STATE_FILE_DAMAGED' }));
});

test('one engine has the state folder, until it lets go or is killed', async () => {
  await using place = await makeHome();
  openHome(place.home);
  const holder = runWithHome(
    'globalThis.lock = home.acquireEngineLock(folder); console.log(lock !== null); process.stdin.resume()',
    place.home,
  );
  const [answer] = await once(holder.stdout, 'data');
  expect(String(answer).trim()).toBe('true');
  expect(acquireEngineLock(place.home)).toBeNull();
  holder.kill('SIGKILL');
  await once(holder, 'close');
  {
    using lock = acquireEngineLock(place.home);
    expect(lock).not.toBeNull();
    expect(acquireEngineLock(place.home)).toBeNull();
  }
  using again = acquireEngineLock(place.home);
  expect(again).not.toBeNull();
});

test('a file is put in place whole, and one that must be new is never overwritten', async () => {
  await using place = await makeHome();
  openHome(place.home);
  const file = path.join(place.home, 'file');
  expect(createFile(file, 'first')).toBe(true);
  expect(createFile(file, 'second')).toBe(false);
  replaceFile(file, 'third', 0o640);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  const target = path.join(place.folder, 'elsewhere');
  writeFileSync(target, 'untouched');
  symlinkSync(target, path.join(place.home, 'link'));
  replaceFile(path.join(place.home, 'link'), 'mine');
  expect(statSync(target).size).toBe('untouched'.length);
  expect(readdirSync(place.home).sort()).toEqual(['file', 'link']);
  expect(existsSync(target)).toBe(true);
});
