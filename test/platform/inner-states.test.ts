import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { innerNames, makeInner, removeInner } from '../../src/main/platform/inner-states.ts';
import { linkAlike, openStateFolder } from '../../src/main/platform/state-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const previous = 'previous-000000000001';

test('a link that has the name of a state within the state folder is none, so nothing behind it is removed', async () => {
  await using place = await temporaryFolder();
  const [home, another] = [path.join(place.folder, 'home'), path.join(place.folder, 'another')];
  for (const folder of [home, another]) await mkdir(folder);
  await makeInner(home, 'aside-000000000001');
  await symlink(another, path.join(home, 'aside-000000000002'));
  await symlink(another, path.join(home, previous));
  expect(innerNames(home, 'aside')).toEqual(['aside-000000000001']);
  expect(innerNames(home, 'previous')).toEqual([]);
});

test('removing a state takes what lies on another disk along, unless the served state or another state folder uses it', async () => {
  await using place = await temporaryFolder();
  const root = await realpath(place.folder);
  const [home, another] = [path.join(root, 'home'), path.join(root, 'another')];
  const lead = async (from: string, name: string, to: string) => symlink(to, path.join(from, name));
  for (const [owner, name] of [
    [home, 'objects'],
    [home, 'runs'],
    [another, 'cache'],
  ] as const) {
    openStateFolder(owner, name);
    await rename(path.join(owner, name), path.join(root, name));
    await writeFile(path.join(root, name, 'kept'), '');
  }
  const inner = await makeInner(home, previous);
  for (const name of ['objects', 'runs', 'cache']) await lead(inner, name, path.join(root, name));
  await lead(home, 'objects', path.join(root, 'objects'));
  await lead(another, 'cache', path.join(root, 'cache'));
  await removeInner(inner);
  expect(existsSync(inner)).toBe(false);
  expect((await readdir(root)).sort()).toEqual(['another', 'cache', 'home', 'objects']);
  for (const name of ['objects', 'cache']) expect(await readdir(path.join(root, name))).toContain('kept');
});

test('the name of a place on another disk does not grow with the restores that make one', async () => {
  await using place = await temporaryFolder();
  const root = await realpath(place.folder);
  const home = path.join(root, 'home');
  openStateFolder(home, 'objects');
  await rename(path.join(home, 'objects'), path.join(root, 'objects'));
  await symlink(path.join(root, 'objects'), path.join(home, 'objects'));
  for (const name of ['aside-000000000001', 'aside-000000000002']) {
    const inner = await makeInner(home, name);
    linkAlike(home, inner, ['objects']);
    await rm(path.join(home, 'objects'));
    await rename(path.join(inner, 'objects'), path.join(home, 'objects'));
  }
  expect(await realpath(path.join(home, 'objects'))).toBe(path.join(root, 'objects-aside-000000000002'));
});
