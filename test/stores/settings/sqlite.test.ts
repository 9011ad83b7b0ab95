import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SettingsStore } from '../../../src/main/stores/settings/settings-store.ts';
import { TrainyardError } from '../../../src/shared/errors/error.ts';
import { anyJson, anyString } from '../documents/any-json.ts';

async function temporaryFile() {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-settings-'));
  return {
    folder,
    file: path.join(folder, 'settings.sqlite'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** The file as any other program opens it. */
function sqlite(file: string) {
  const other = new Database(file);
  return { other, [Symbol.dispose]: () => other.close() };
}

/** The error that something throws. */
function thrown(work: () => unknown): TrainyardError {
  try {
    work();
  } catch (error) {
    if (error instanceof TrainyardError) return error;
    throw error;
  }
  throw new Error('it throws');
}

test('keeps every JSON value by its name, also for the next one who opens the file', async () => {
  await using place = await temporaryFile();
  fc.assert(
    fc.property(anyJson, anyString, (value, text) => {
      using settings = new SettingsStore(place.file);
      settings.set('value', { value, text });
      using another = new SettingsStore(place.file);
      expect(another.get('value')).toEqual({ value, text });
    }),
    { numRuns: 12 },
  );
  using settings = new SettingsStore(place.file);
  expect(settings.get('absent')).toBeUndefined();
  settings.set('b.port', 0);
  settings.set('a.offline', null);
  settings.remove('value');
  settings.remove('value');
  expect([...settings.all()]).toEqual([
    ['a.offline', null],
    ['b.port', 0],
  ]);
  expect(settings.get('a.offline')).toBeNull();
});

test('writes through to the disk, and beside readers', async () => {
  await using place = await temporaryFile();
  using settings = new SettingsStore(place.file);
  settings.set('port', 1);
  using opened = sqlite(place.file);
  const { other } = opened;
  expect(other.pragma('journal_mode', { simple: true })).toBe('wal');
  other.exec('BEGIN');
  other.prepare('SELECT * FROM settings').all();
  settings.set('port', 2);
  other.exec('COMMIT');
  expect(other.prepare('SELECT value FROM settings').pluck().all()).toEqual(['2']);
});

test('refuses names and values that are none', async () => {
  await using place = await temporaryFile();
  using settings = new SettingsStore(place.file);
  for (const name of ['', 'Upper', 'a b', "a'; --", 'a'.repeat(129)]) {
    expect(thrown(() => settings.set(name, 1))).toMatchObject({ code: 'SETTING_INVALID' });
    expect(thrown(() => settings.get(name))).toMatchObject({ code: 'SETTING_INVALID' });
  }
  for (const value of [undefined, Number.NaN, { at: new Date() }]) {
    expect(thrown(() => settings.set('value', value))).toMatchObject({ code: 'SETTING_INVALID' });
  }
  expect(settings.all().size).toBe(0);
});

test('keeps whatever it said that it kept, killed at any moment', async () => {
  await using place = await temporaryFile();
  let kept = 0;
  for (let round = 1; round <= 3; round += 1) {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./settings-writer.ts', import.meta.url)), place.file],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) {
      kept = Number(line);
      if (kept === 15 * round) child.kill('SIGKILL');
    }
    expect(await exited).toEqual([null, 'SIGKILL']);
    using settings = new SettingsStore(place.file);
    expect(Number(settings.get('count'))).toBeGreaterThanOrEqual(kept);
    for (const [name, value] of settings.all()) {
      if (name !== 'count') expect(value).toMatchObject({ number: expect.any(Number) });
    }
  }
});

/** A file with enough in it to have several pages, closed. */
function fill(file: string): void {
  using settings = new SettingsStore(file);
  for (let index = 0; index < 8; index += 1) settings.set(`name.${index}`, 'x'.repeat(10_000));
}

function zeroPage(file: string, page: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(4096), 0, 4096, (page - 1) * 4096);
  closeSync(descriptor);
}

const damages: [string, (file: string) => void][] = [
  ['something else', (file) => writeFileSync(file, 'these are no settings\n'.repeat(100))],
  ['a file that was cut off', (file) => truncateSync(file, 10_000)],
  ['a page of zeros among its nodes', (file) => zeroPage(file, 2)],
  ['a page of zeros among its values', (file) => zeroPage(file, 8)],
];

test.each(damages)(
  'sets %s aside as it was, says where, and begins anew the next time',
  async (_what, damage) => {
    await using place = await temporaryFile();
    fill(place.file);
    damage(place.file);
    const damaged = readFileSync(place.file);
    const error = thrown(() => new SettingsStore(place.file));
    expect(error).toMatchObject({ code: 'SETTINGS_CORRUPT' });
    const aside = error.place.file ?? '';
    expect(path.dirname(aside)).toBe(place.folder);
    expect(readFileSync(aside)).toEqual(damaged);
    expect(existsSync(place.file)).toBe(false);
    using settings = new SettingsStore(place.file);
    expect(settings.all().size).toBe(0);
    settings.set('port', 1);
    expect(readFileSync(aside)).toEqual(damaged);
  },
);

test('sets damage aside that shows only while the file is in use', async () => {
  await using place = await temporaryFile();
  using settings = new SettingsStore(place.file);
  settings.set('port', 1);
  using opened = sqlite(place.file);
  const { other } = opened;
  other.exec(`UPDATE settings SET value = '{"port":'`);
  expect(thrown(() => settings.get('port'))).toMatchObject({ code: 'SETTINGS_CORRUPT' });
  expect(existsSync(place.file)).toBe(false);
});

test('leaves the file of a newer program alone', async () => {
  await using place = await temporaryFile();
  {
    using opened = sqlite(place.file);
    opened.other.pragma('user_version = 99');
  }
  const before = readFileSync(place.file);
  expect(thrown(() => new SettingsStore(place.file))).toMatchObject({ code: 'SETTINGS_TOO_NEW' });
  expect(readFileSync(place.file)).toEqual(before);
});

test('says why a file cannot be used', async () => {
  await using place = await temporaryFile();
  const nowhere = path.join(place.folder, 'missing', 'settings.sqlite');
  expect(thrown(() => new SettingsStore(nowhere))).toMatchObject({
    code: 'SETTINGS_UNAVAILABLE',
    place: { file: nowhere },
  });
  writeFileSync(path.join(place.folder, 'file'), '');
  const inside = path.join(place.folder, 'file', 'settings.sqlite');
  expect(thrown(() => new SettingsStore(inside))).toMatchObject({ code: 'SETTINGS_UNAVAILABLE' });
});
