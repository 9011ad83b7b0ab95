import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ensureSecrets, openHome, writeEngineRecord } from '../../src/main/platform/home.ts';
import { readStateFile } from '../../src/main/platform/state-file.ts';
import { openStateFolder } from '../../src/main/platform/state-folder.ts';
import { requireDatabase } from '../../src/main/postgres/embedded/initialise.ts';
import { findLocation, locate } from '../../src/main/postgres/embedded/location.ts';
import { noteDatabase } from '../../src/main/postgres/embedded/location-notes.ts';
import { serverUser } from '../../src/main/postgres/embedded/server-user.ts';
import { StackFolder } from '../../src/main/stack/files/stack-folder.ts';
import { FilesObjectStore } from '../../src/main/stores/objects/files/object-store.ts';
import { SettingsStore } from '../../src/main/stores/settings/settings-store.ts';
import { makeHome } from '../postgres/embedded/support.ts';
import { hashTree, makeDecoy } from './decoy.ts';

const isRoot = process.getuid?.() === 0;
const coded = (code: string) => expect.objectContaining({ code });

test('a state file that is torn, foreign, too large, a link, a folder or a pipe is told apart, with its field', async () => {
  await using place = await makeHome();
  const home = openHome(place.home);
  const file = path.join(home, 'a.json');
  const schema = z.object({ inner: z.object({ count: z.int() }) });
  const read = () => readStateFile(file, schema, { hint: { en: 'Do this.', ko: '이렇게 하세요.' } });
  expect(read()).toBeNull();
  const write = (bytes: string | Buffer) => {
    rmSync(file, { recursive: true, force: true });
    writeFileSync(file, bytes, { mode: 0o600 });
  };
  write('{"inner": {"count": 1}}');
  expect(read()).toEqual({ inner: { count: 1 } });
  for (const [bytes, what, field] of [
    ['', /torn/, undefined],
    ['{"inner": {"cou', /torn/, undefined],
    [Buffer.from([0xff, 0xfe, 0x00]), /torn/, undefined],
    ['[]', /does not hold/, undefined],
    ['{"inner": {"count": "s3cret"}}', /field inner\.count/, 'inner.count'],
    ['{}', /field inner /, 'inner'],
    [' '.repeat(1024 * 1024 + 1), /has \d+ bytes/, undefined],
  ] as const) {
    write(bytes);
    const place = field ? { file, field } : { file };
    const told = {
      code: 'STATE_FILE_DAMAGED',
      message: expect.stringMatching(what),
      hint: 'Do this.',
      place,
    };
    expect(read).toThrow(expect.objectContaining(told));
    expect(read).not.toThrow(/s3cret/);
  }
  const irregular = (what: RegExp) =>
    expect(read).toThrow(
      expect.objectContaining({ code: 'STATE_FILE_IRREGULAR', message: expect.stringMatching(what) }),
    );
  rmSync(file);
  mkdirSync(file);
  irregular(/is a folder/);
  rmSync(file, { recursive: true });
  execFileSync('mkfifo', [file]);
  irregular(/is a pipe/);
  rmSync(file);
  writeFileSync(path.join(place.folder, 'whole.json'), '{"inner": {"count": 1}}');
  symlinkSync(path.join(place.folder, 'whole.json'), file);
  irregular(/is a link/);
  if (isRoot) {
    write('{"inner": {"count": 1}}');
    lchownSync(file, 12_345, 12_345);
    expect(read).toThrow(coded('HOME_OF_ANOTHER_USER'));
  }
});

test('a folder with somebody’s files in it never becomes a state folder', async () => {
  await using place = await makeHome();
  makeDecoy(place.home);
  const before = hashTree(place.home);
  expect(() => openHome(place.home)).toThrow(coded('HOME_HAS_OTHER_FILES'));
  expect(hashTree(place.home)).toBe(before);
  if (!isRoot) return;
  const other = path.join(place.folder, 'other');
  mkdirSync(other, { mode: 0o755 });
  lchownSync(other, 12_345, 12_345);
  expect(() => openHome(other)).toThrow(coded('HOME_OF_ANOTHER_USER'));
  expect(statSync(other)).toMatchObject({ uid: 12_345 });
  expect(statSync(other).mode & 0o777).toBe(0o755);
});

test('postgres.json leads nowhere but into the state folder, or to a place that is marked as this folder’s', async () => {
  await using place = await makeHome();
  const home = openHome(place.home);
  const decoy = path.join(place.folder, 'decoy');
  makeDecoy(decoy);
  const before = hashTree(decoy);
  const note = path.join(home, 'postgres.json');
  for (const folder of [
    '/etc',
    '/',
    decoy,
    '../decoy',
    'postgres/../../decoy',
    'objects',
    '/var/lib/trainyard/../../../etc',
    '/var/lib/trainyard/0123456789abcdef/postgres/../..',
    '',
    7,
    null,
  ]) {
    writeFileSync(note, JSON.stringify({ folder }));
    expect(() => locate(home, serverUser()), String(folder)).toThrow(
      expect.objectContaining({ code: 'STATE_FILE_DAMAGED', place: { file: note, field: 'folder' } }),
    );
  }
  writeFileSync(note, '{}');
  expect(() => locate(home, serverUser())).toThrow(coded('STATE_FILE_DAMAGED'));
  writeFileSync(note, JSON.stringify({ folder: '/var/lib/trainyard/0123456789abcdef/postgres' }));
  expect(() => locate(home, serverUser())).toThrow(
    coded(isRoot ? 'POSTGRES_DATA_OF_ANOTHER_HOME' : 'POSTGRES_FOLDER_TAKEN'),
  );
  expect(existsSync('/var/lib/trainyard/0123456789abcdef')).toBe(false);
  writeFileSync(note, JSON.stringify({ folder: 'postgres' }));
  symlinkSync(decoy, path.join(home, 'postgres'));
  expect(() => locate(home, serverUser())).toThrow(coded('POSTGRES_FOLDER_TAKEN'));
  expect(hashTree(decoy)).toBe(before);
  expect(existsSync(path.join(home, 'database.json'))).toBe(false);
});

test('a database that was made once and is not there is an error, never a new one', async () => {
  await using place = await makeHome();
  const home = openHome(place.home);
  const location = locate(home, serverUser());
  expect(requireDatabase(location)).toBe('never made');
  mkdirSync(location.dataDirectory);
  writeFileSync(path.join(location.dataDirectory, 'PG_VERSION'), '17\n');
  expect(requireDatabase(location)).toBe('there');
  noteDatabase(location.root, location.folder);
  rmSync(path.join(home, 'postgres.json'));
  expect(requireDatabase(locate(home, serverUser()))).toBe('there');
  const missing = expect.objectContaining({
    code: 'DATABASE_MISSING',
    hint: expect.stringContaining('database.json'),
  });
  renameSync(location.dataDirectory, path.join(place.folder, 'moved'));
  expect(() => requireDatabase(location)).toThrow(missing);
  mkdirSync(location.dataDirectory);
  expect(() => requireDatabase(location)).toThrow(missing);
  rmSync(location.dataDirectory, { recursive: true });
  symlinkSync(path.join(place.folder, 'moved'), location.dataDirectory);
  expect(() => requireDatabase(location)).toThrow(coded('POSTGRES_FOLDER_TAKEN'));
  rmSync(location.area, { recursive: true });
  rmSync(path.join(home, 'postgres.json'));
  expect(() => requireDatabase(locate(home, serverUser()))).toThrow(missing);
});

test('a link in place of a folder is refused and nothing behind it changes; a folder that was moved to another disk is followed', async () => {
  await using place = await makeHome();
  const home = openHome(place.home);
  const decoy = path.join(place.folder, 'decoy');
  makeDecoy(decoy);
  const before = hashTree(decoy);
  for (const name of ['objects', 'cache', 'uploads', 'runs', 'logs', 'stack', 'compile-cache'] as const) {
    symlinkSync(decoy, path.join(home, name));
    expect(() => openStateFolder(home, name), name).toThrow(coded('STATE_FOLDER_IRREGULAR'));
    rmSync(path.join(home, name));
    writeFileSync(path.join(home, name), 'a file');
    expect(() => openStateFolder(home, name), name).toThrow(coded('STATE_FOLDER_IRREGULAR'));
    rmSync(path.join(home, name));
  }
  expect(hashTree(decoy)).toBe(before);

  const objects = openStateFolder(home, 'objects');
  const store = await FilesObjectStore.open(objects);
  await store.put('datasets', 'a/b', Buffer.from('kept'));
  const disk = path.join(place.folder, 'big-objects');
  renameSync(objects, disk);
  symlinkSync(disk, path.join(home, 'objects'));
  expect(openStateFolder(home, 'objects')).toBe(disk);
  expect(await (await FilesObjectStore.open(disk)).head('datasets', 'a/b')).toMatchObject({ size: 4 });
  // A copy of the state folder names the same disk: two engines would share it.
  cpSync(home, path.join(place.folder, 'copy'), { recursive: true, verbatimSymlinks: true });
  expect(() => openStateFolder(path.join(place.folder, 'copy'), 'objects')).toThrow(
    coded('STATE_FOLDER_IRREGULAR'),
  );
  // One that was moved takes it along.
  rmSync(path.join(place.folder, 'copy'), { recursive: true });
  renameSync(home, path.join(place.folder, 'moved'));
  expect(openStateFolder(path.join(place.folder, 'moved'), 'objects')).toBe(disk);
  chmodSync(disk, 0o777);
  expect(() => openStateFolder(path.join(place.folder, 'moved'), 'objects')).toThrow(
    /written by other users/,
  );
  rmSync(path.join(disk, '.incoming'), { recursive: true });
  symlinkSync(decoy, path.join(disk, '.incoming'));
  await expect(FilesObjectStore.open(disk)).rejects.toMatchObject({ code: 'STATE_FOLDER_IRREGULAR' });
  expect(hashTree(decoy)).toBe(before);
});

test('whatever the umask, what lies in a state folder is closed to others', async () => {
  await using place = await makeHome();
  for (const umask of [0o000, 0o022, 0o077]) {
    const home = `${place.home}-${umask}`;
    const usual = process.umask(umask);
    try {
      openHome(home);
      ensureSecrets(home);
      using settings = new SettingsStore(path.join(home, 'settings.sqlite'));
      settings.set('port', 1);
      for (const name of ['objects', 'cache', 'uploads', 'runs', 'logs', 'stack'] as const)
        openStateFolder(home, name);
      writeEngineRecord(home, { url: '', token: '', pid: 1, startedAt: '', version: '' });
      locate(home, serverUser());
      for (const name of readdirSync(home)) {
        const allowed = name === 'postgres' ? 0o710 : 0o700;
        expect(lstatSync(path.join(home, name)).mode & 0o777 & ~allowed, `${name}, umask ${umask}`).toBe(0);
      }
    } finally {
      process.umask(usual);
    }
  }
  // As an older version left it.
  const old = `${place.home}-${0o022}`;
  chmodSync(path.join(old, 'settings.sqlite'), 0o644);
  chmodSync(path.join(old, 'objects'), 0o755);
  openHome(old);
  expect(statSync(path.join(old, 'settings.sqlite')).mode & 0o777).toBe(0o600);
  expect(statSync(path.join(old, 'objects')).mode & 0o777).toBe(0o700);
});

test('a state folder that the server’s account cannot get to is told of, with the folder that is closed', async ({
  skip,
}) => {
  if (!isRoot) skip('the tests do not run as root');
  await using place = await makeHome();
  const home = openHome(place.home);
  mkdirSync(locate(home, serverUser()).dataDirectory);
  const closed = path.join(place.folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  cpSync(home, path.join(closed, 'copy'), { recursive: true });
  expect(() => findLocation(path.join(closed, 'copy'), serverUser())).toThrow(
    expect.objectContaining({
      code: 'POSTGRES_FOLDER_CLOSED',
      hint: expect.stringContaining(`chmod o+x ${closed}`),
    }),
  );
  chmodSync(closed, 0o711);
  expect(findLocation(path.join(closed, 'copy'), serverUser()).folder).toBe('postgres');
});

test('compose.yaml is rendered again where it was edited, replaced by a link, or by a folder', async () => {
  await using place = await makeHome();
  const stack = new StackFolder(openHome(place.home));
  const outside = path.join(place.folder, 'outside.yaml');
  writeFileSync(outside, 'theirs');
  const file = stack.writeCompose('ours');
  for (const spoil of [
    () => writeFileSync(file, 'edited'),
    () => symlinkSync(outside, file),
    () => mkdirSync(path.join(file, 'below'), { recursive: true }),
    () => execFileSync('mkfifo', [file]),
  ]) {
    rmSync(file, { recursive: true, force: true });
    spoil();
    stack.writeCompose('ours');
    expect(lstatSync(file).isFile()).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('ours');
  }
  expect(readFileSync(outside, 'utf8')).toBe('theirs');
});
