import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { FilesObjectStore } from '../../../src/main/stores/objects/files/object-store.ts';
import { objectStoreContract } from './contract.ts';

async function openStore() {
  const root = await mkdtemp(path.join(tmpdir(), 'trainyard-objects-'));
  const store = await FilesObjectStore.open(path.join(root, 'objects'));
  await store.ensureBuckets();
  return {
    root,
    store,
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true });
    },
  };
}

objectStoreContract('files', openStore, { nestedKeys: false });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function* one(key: string, body: string) {
  yield { key, body: Buffer.from(body) };
}

test('a key is a path below the bucket’s folder', async () => {
  await using opened = await openStore();
  await opened.store.put('datasets', 'blobs/ab/abcd', Buffer.from('x'));
  expect(await readFile(path.join(opened.root, 'objects', 'datasets', 'blobs', 'ab', 'abcd'), 'utf8')).toBe(
    'x',
  );
});

test('follows no link out of the store, neither as object nor as folder', async () => {
  await using opened = await openStore();
  const outside = path.join(opened.root, 'outside');
  await mkdir(outside);
  await writeFile(path.join(outside, 'secret'), 'secret');
  const bucket = path.join(opened.root, 'objects', 'models');
  await symlink(path.join(outside, 'secret'), path.join(bucket, 'file-link'));
  await symlink(outside, path.join(bucket, 'folder-link'));
  for (const key of ['file-link', 'folder-link/secret', 'folder-link/new/file']) {
    await expect(opened.store.get('models', key)).rejects.toMatchObject({ code: 'OBJECT_STORE_LINK' });
    await expect(opened.store.head('models', key)).rejects.toMatchObject({ code: 'OBJECT_STORE_LINK' });
  }
  for (const key of ['folder-link/secret', 'folder-link/new/file']) {
    await expect(opened.store.put('models', key, Buffer.from('x'))).rejects.toMatchObject({
      code: 'OBJECT_STORE_LINK',
    });
    await expect(opened.store.putMany('models', one(key, 'x'))).rejects.toMatchObject({
      code: 'OBJECT_STORE_LINK',
    });
  }
  const keys: string[] = [];
  for await (const { key } of opened.store.list('models', '')) keys.push(key);
  expect(keys).toEqual([]);
  expect(await readdir(outside)).toEqual(['secret']);
  expect(await readFile(path.join(outside, 'secret'), 'utf8')).toBe('secret');
});

test('opening removes what a killed process left half-written, and nothing else', async () => {
  await using opened = await openStore();
  await opened.store.put('models', 'kept', Buffer.from('x'));
  const incoming = path.join(opened.root, 'objects', '.incoming');
  await mkdir(path.join(incoming, 'of-a-killed-process'));
  await writeFile(path.join(incoming, 'of-a-killed-process', 'half'), 'ha');
  const again = await FilesObjectStore.open(path.join(opened.root, 'objects'));
  expect(await readdir(incoming)).toHaveLength(1);
  expect(await buffer(await again.get('models', 'kept'))).toEqual(Buffer.from('x'));
});

test('links a file without copying it, by reflink or hard link, and answers when it was changed', async () => {
  await using opened = await openStore();
  const source = path.join(opened.root, 'source.png');
  await writeFile(source, 'bytes');
  const link = () => opened.store.link('datasets', 'blobs/aa/one', source, sha256('bytes'));
  const [linked, again] = [await link(), await link()];
  const object = path.join(opened.root, 'objects', 'datasets', 'blobs', 'aa', 'one');
  const [there, here] = await Promise.all([stat(source), stat(object)]);
  expect([linked, again]).toEqual([here.mtimeMs, here.mtimeMs]);
  expect(here.nlink).toBe(there.ino === here.ino ? 2 : 1);
});

test('a file that is not what it is said to be is not linked', async () => {
  await using opened = await openStore();
  const source = path.join(opened.root, 'source.png');
  await writeFile(source, 'other bytes');
  const linking = opened.store.link('datasets', 'blobs/aa/one', source, sha256('bytes'));
  await expect(linking).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  expect(await opened.store.head('datasets', 'blobs/aa/one')).toBeNull();
});

test('a copy takes the place of a hard link, whose bytes someone else may change', async () => {
  await using opened = await openStore();
  const source = path.join(opened.root, 'source.png');
  await writeFile(source, 'bytes');
  await mkdir(path.join(opened.root, 'objects', 'datasets', 'blobs'));
  await link(source, path.join(opened.root, 'objects', 'datasets', 'blobs', 'one'));
  expect(await opened.store.putMany('datasets', one('blobs/one', 'bytes'))).toEqual({
    stored: 1,
    skipped: 0,
  });
  await writeFile(source, 'changed');
  expect(await buffer(await opened.store.get('datasets', 'blobs/one'))).toEqual(Buffer.from('bytes'));
});
