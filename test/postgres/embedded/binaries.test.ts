import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  checkBinaries,
  packageFolder,
  prepareBinaries,
} from '../../../src/main/postgres/embedded/binaries.ts';
import { makeHome } from './support.ts';

test('the programs load, and say their version', async () => {
  await using place = await makeHome();
  const binaries = prepareBinaries(place.folder, null);
  expect(await checkBinaries(binaries)).toBe(`postgres (PostgreSQL) ${binaries.version}`);
});

test('a program that does not load names the library that the machine lacks', async () => {
  await using place = await makeHome();
  const binaries = prepareBinaries(place.folder, null);
  const bin = path.join(place.folder, 'bin');
  mkdirSync(bin);
  cpSync(binaries.postgres, path.join(bin, 'postgres'));
  await expect(checkBinaries({ ...binaries, postgres: path.join(bin, 'postgres') })).rejects.toMatchObject({
    code: 'POSTGRES_BINARIES_BROKEN',
    message: expect.stringMatching(/lacks lib\w+\.so/),
  });
  await expect(checkBinaries({ ...binaries, postgres: path.join(bin, 'none') })).rejects.toMatchObject({
    code: 'POSTGRES_BINARIES_BROKEN',
  });
});

const rootOnly = process.getuid?.() === 0 ? test : test.skip;

rootOnly(
  'an account that cannot reach the package gets a copy that it can run and not write to (needs root)',
  async () => {
    await using place = await makeHome();
    const { folder, version } = packageFolder();
    const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 };
    const closed = path.join(place.folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    cpSync(folder, path.join(closed, 'package'), { recursive: true });
    const source = { folder: path.join(closed, 'package'), version };
    const copies = path.join(place.folder, 'copies');
    const binaries = prepareBinaries(copies, stranger, source);
    expect(binaries.postgres.startsWith(copies)).toBe(true);
    const { stdout } = await promisify(execFile)(binaries.initdb, ['--version'], {
      uid: stranger.uid,
      gid: stranger.gid,
    });
    expect(stdout).toContain(binaries.version);
    const { uid, mode } = statSync(binaries.postgres);
    expect([uid, mode & 0o022]).toEqual([0, 0]);
    expect(prepareBinaries(copies, stranger, source)).toEqual(binaries);
    expect(readdirSync(copies)).toEqual([`postgresql-${version}`]);
    expect(prepareBinaries(path.join(place.folder, 'unused'), null, source).postgres.startsWith(closed)).toBe(
      true,
    );
  },
);
