import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LocalObjects, ObjectStore } from '../../../src/main/stores/objects/ports.ts';

/** A store that is empty and goes when the test ends. */
export interface OpenedStore extends AsyncDisposable {
  readonly store: ObjectStore & LocalObjects;
}

const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/).filter((text) => text !== '.' && text !== '..');
/** Keys of which none is a folder of another: a store on files can't hold both (`differences`). */
const keys = fc
  .uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('/')),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) => all.filter((key) => !all.some((other) => other !== key && other.startsWith(`${key}/`))));

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function listed(store: ObjectStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('artifacts', prefix)) found.push(key);
  return found;
}

/**
 * What every object store does. `differences.nestedKeys`: whether `a` and `a/b` can both be stored (S3 can; files refuse the
 * second with OBJECT_KEY_CONFLICT).
 */
export function objectStoreContract(
  name: string,
  openStore: () => Promise<OpenedStore>,
  differences: { readonly nestedKeys: boolean },
): void {
  describe(`object store: ${name}`, () => {
    test('gives back the bytes that were put, by key and by range, whatever they are', async () => {
      await using opened = await openStore();
      const { store } = opened;
      await fc.assert(
        fc.asyncProperty(
          segment,
          fc.uint8Array({ maxLength: 5000 }),
          fc.boolean(),
          fc.nat(6000),
          fc.nat(6000),
          async (key, bytes, streamed, one, other) => {
            const body = Buffer.from(bytes);
            const info = await store.put('models', key, streamed ? Readable.from([body]) : body);
            expect(info).toMatchObject({ key, size: body.length });
            expect(await store.head('models', key)).toMatchObject({ key, size: body.length });
            expect(await buffer(await store.get('models', key))).toEqual(body);
            const [start, end] = [Math.min(one, other), Math.max(one, other)];
            const range = store.get('models', key, { start, end });
            if (start >= body.length)
              await expect(range).rejects.toMatchObject({ code: 'RANGE_NOT_SATISFIABLE' });
            else expect(await buffer(await range)).toEqual(body.subarray(start, end + 1));
          },
        ),
        { numRuns: 60 },
      );
    });

    test('lists exactly the keys that start with a prefix, in the order of their bytes', async () => {
      await fc.assert(
        fc.asyncProperty(keys, fc.nat(30), async (all, cut) => {
          await using opened = await openStore();
          const { store } = opened;
          const objects = all.map((key) => ({ key, body: Buffer.from(key) }));
          expect(await store.putMany('artifacts', each(objects))).toEqual({ stored: all.length, skipped: 0 });
          const sorted = all.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
          expect(await listed(store, '')).toEqual(sorted);
          const prefix = (all[cut % all.length] ?? '').slice(0, cut);
          expect(await listed(store, prefix)).toEqual(sorted.filter((key) => key.startsWith(prefix)));
          expect(await listed(store, 'no-such-prefix-')).toEqual([]);
        }),
        { numRuns: 25 },
      );
    });

    test('sorts a.b before a/b and a-b before both, as bytes do', async () => {
      await using opened = await openStore();
      for (const key of ['a/b', 'a.b', 'a-b', 'a0', 'A', 'a_b'])
        await opened.store.put('artifacts', key, Buffer.from(key));
      expect(await listed(opened.store, '')).toEqual(['A', 'a-b', 'a.b', 'a/b', 'a0', 'a_b']);
    });

    test('refuses keys that are none, and says so', async () => {
      await using opened = await openStore();
      const bad = [
        '',
        '/',
        'a/',
        '/a',
        'a//b',
        '.',
        '..',
        'a/../b',
        'a/.',
        'ä',
        'a b',
        'a\\b',
        'a\0b',
        'C:',
        'x'.repeat(256),
      ];
      for (const key of [...bad, Array.from({ length: 9 }, () => 'a').join('/')]) {
        const refused = { code: 'INVALID_OBJECT_KEY' };
        await expect(opened.store.put('models', key, Buffer.from('x'))).rejects.toMatchObject(refused);
        await expect(opened.store.get('models', key)).rejects.toMatchObject(refused);
        await expect(opened.store.head('models', key)).rejects.toMatchObject(refused);
        await expect(opened.store.remove('models', key)).rejects.toMatchObject(refused);
        const many = opened.store.putMany('models', each([{ key, body: Buffer.from('x') }]));
        await expect(many).rejects.toMatchObject(refused);
        await expect(opened.store.materialize('models', [key])).rejects.toMatchObject(refused);
      }
      await expect(listed(opened.store, '../')).rejects.toMatchObject({ code: 'INVALID_OBJECT_KEY' });
    });

    test('keeps buckets apart', async () => {
      await using opened = await openStore();
      await opened.store.put('models', 'same', Buffer.from('model'));
      await opened.store.put('artifacts', 'same', Buffer.from('artifact'));
      expect(await buffer(await opened.store.get('models', 'same'))).toEqual(Buffer.from('model'));
      expect(await opened.store.head('datasets', 'same')).toBeNull();
    });

    test('replaces an object as a whole', async () => {
      await using opened = await openStore();
      await opened.store.put('models', 'a/b', Buffer.from('long old bytes'));
      await opened.store.put('models', 'a/b', Buffer.from('new'));
      expect(await buffer(await opened.store.get('models', 'a/b'))).toEqual(Buffer.from('new'));
    });

    test('leaves nothing of an object whose stream broke, and what was there before stays', async () => {
      await using opened = await openStore();
      const broken = () =>
        Readable.from(
          (async function* () {
            yield Buffer.alloc(100_000);
            throw new Error('the line went dead');
          })(),
        );
      await expect(opened.store.put('models', 'fresh', broken())).rejects.toThrow('the line went dead');
      expect(await opened.store.head('models', 'fresh')).toBeNull();
      await opened.store.put('models', 'kept', Buffer.from('old'));
      await expect(opened.store.put('models', 'kept', broken())).rejects.toThrow('the line went dead');
      expect(await buffer(await opened.store.get('models', 'kept'))).toEqual(Buffer.from('old'));
    });

    test('stores many at once, skips those that are there, and counts both', async () => {
      await using opened = await openStore();
      const objects = Array.from({ length: 300 }, (_, index) => ({
        key: `blobs/${(index % 7).toString(16)}/${index}`,
        body: randomBytes(index),
      }));
      expect(await opened.store.putMany('datasets', each(objects))).toEqual({ stored: 300, skipped: 0 });
      const again = [...objects.slice(0, 100), { key: 'blobs/new', body: Buffer.from('new') }];
      expect(await opened.store.putMany('datasets', each(again))).toEqual({ stored: 1, skipped: 100 });
      for (const { key, body } of objects)
        expect(await buffer(await opened.store.get('datasets', key))).toEqual(body);
    });

    test('passes on the error of whoever gives it many objects, and keeps those that came before', async () => {
      await using opened = await openStore();
      async function* breaking() {
        yield { key: 'first', body: Buffer.from('1') };
        throw new Error('no more');
      }
      await expect(opened.store.putMany('datasets', breaking())).rejects.toThrow('no more');
      expect(await opened.store.head('datasets', 'first')).toMatchObject({ size: 1 });
    });

    test('removes once and for all, and again harmlessly', async () => {
      await using opened = await openStore();
      await opened.store.put('models', 'deep/down/object', Buffer.from('x'));
      await opened.store.remove('models', 'deep/down/object');
      await opened.store.remove('models', 'deep/down/object');
      expect(await opened.store.head('models', 'deep/down/object')).toBeNull();
      await expect(opened.store.get('models', 'deep/down/object')).rejects.toMatchObject({
        code: 'OBJECT_NOT_FOUND',
      });
      await opened.store.put('models', 'deep', Buffer.from('a key that was a folder'));
      expect(await listed(opened.store, '')).toEqual([]);
    });

    test('holds a key and one below it, or refuses the second', async () => {
      await using opened = await openStore();
      await opened.store.put('models', 'a', Buffer.from('x'));
      await opened.store.put('models', 'b/c', Buffer.from('x'));
      for (const key of ['a/b', 'b']) {
        const put = opened.store.put('models', key, Buffer.from('y'));
        if (differences.nestedKeys) await put;
        else await expect(put).rejects.toMatchObject({ code: 'OBJECT_KEY_CONFLICT' });
      }
      expect(await buffer(await opened.store.get('models', 'a'))).toEqual(Buffer.from('x'));
    });

    test('puts and removes in one folder at once without losing any', async () => {
      await using opened = await openStore();
      const { store } = opened;
      const work = Array.from({ length: 60 }, async (_, index) => {
        await store.put('models', `same/folder/${index}`, Buffer.from(`${index}`));
        if (index % 2 === 0) await store.remove('models', `same/folder/${index}`);
      });
      await Promise.all(work);
      for (let index = 0; index < 60; index += 1) {
        const found = await store.head('models', `same/folder/${index}`);
        expect(found === null, `same/folder/${index}`).toBe(index % 2 === 0);
      }
    });

    test('materializes keys as files, and names those that are not there', async () => {
      await using opened = await openStore();
      await opened.store.put('datasets', 'blobs/aa/one', Buffer.from('one'));
      const folder = await opened.store.materialize('datasets', ['blobs/aa/one']);
      const { readFile } = await import('node:fs/promises');
      expect(await readFile(`${folder}/blobs/aa/one`, 'utf8')).toBe('one');
      const missing = opened.store.materialize('datasets', each(['blobs/aa/one', 'blobs/aa/two']));
      await expect(missing).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND', message: /blobs\/aa\/two/ });
    });

    test('makes its buckets again harmlessly', async () => {
      await using opened = await openStore();
      await opened.store.put('models', 'kept', Buffer.from('x'));
      await opened.store.ensureBuckets();
      expect(await opened.store.head('models', 'kept')).not.toBeNull();
    });
  });
}
