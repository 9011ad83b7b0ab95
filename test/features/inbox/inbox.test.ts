import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { s3Inbox } from '../../../src/main/features/inbox/bucket/s3-inbox.ts';
import { sortDrops } from '../../../src/main/features/inbox/drops.ts';
import { Inbox } from '../../../src/main/features/inbox/inbox.ts';
import { InboxWatch, inboxPauses } from '../../../src/main/features/inbox/inbox-watch.ts';
import type { S3Endpoint } from '../../../src/main/platform/endpoints.ts';
import type { ObjectInfo } from '../../../src/main/stores/objects/ports.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';
import { ensureS3Buckets } from '../../../src/main/stores/objects/s3/ensure-buckets.ts';
import { openRelay } from '../../stores/objects/s3-relay.ts';
import { s3Endpoint, startServer, type TestServer, withoutServer } from '../../support/servers.ts';
import { zip } from '../datasets/support/archives.ts';
import { openFakeS3 } from '../datasets/support/fake-s3.ts';
import { importFolder, importOver, openService } from '../datasets/support/open-service.ts';
import { goodFiles, picture } from '../datasets/support/pictures.ts';
import { openSetting } from '../datasets/support/setting.ts';

/** Looks that follow one another soon, and drops that have arrived at once. */
const quick = { ...inboxPauses, apartMs: 20, settleMs: 0, pollMs: 100 };

async function* listed(keys: readonly string[]): AsyncGenerator<ObjectInfo> {
  for (const key of keys) yield { key, size: 10, modifiedAt: new Date(1_800_000_000_000) };
}

test('a drop is a folder at the top or an archive; what belongs to none is counted, and no name of a key leads anywhere', async () => {
  const decomposed = '고양이'.normalize('NFD');
  const { drops, leftOut } = await sortDrops(
    listed([
      '../up/cat.png',
      '/absolute/cat.png',
      '.DS_Store',
      './here/cat.png',
      'bell\u0007/cat.png',
      'loose.png',
      'pets/',
      'pets/cat/0.png',
      'pets/cat/../1.png',
      'set.tar.gz',
      'SET.ZIP',
      'empty/',
      `${decomposed}/images/0.png`,
      `${decomposed}/labels/0.txt`,
      `${decomposed}/data.yaml`,
      'fields/ImageSets/Segmentation/train.txt',
      'fields/JPEGImages/0.jpg',
      'fields/SegmentationClass/0.png',
      'fields/labelmap.txt',
    ]),
  );
  expect(
    [...drops.values()].map(({ name, kind, files, images, format }) => [name, kind, files, images, format]),
  ).toEqual([
    ['pets', 'folder', 2, 2, 'imagenet'],
    ['set.tar.gz', 'archive', 1, 0, null],
    ['SET.ZIP', 'archive', 1, 0, null],
    [decomposed, 'folder', 3, 1, 'yolo'],
    ['fields', 'folder', 4, 1, 'pascal_voc'],
  ]);
  expect(leftOut).toEqual({
    count: 5,
    keys: ['../up/cat.png', '/absolute/cat.png', './here/cat.png', 'bell\u0007/cat.png', 'loose.png'],
  });
});

test('a hundred thousand objects of one drop are one row of sums, and one more of them is another fingerprint', async () => {
  const keys = Array.from({ length: 100_000 }, (_, at) => `large/cat/${String(at).padStart(6, '0')}.png`);
  const whole = (await sortDrops(listed(keys))).drops.get('large');
  const less = (await sortDrops(listed(keys.slice(1)))).drops.get('large');
  expect(whole).toMatchObject({ files: 100_000, images: 100_000, bytes: 1_000_000, format: 'imagenet' });
  expect(less?.fingerprint).not.toBe(whole?.fingerprint);
});

async function openInbox(endpoint: S3Endpoint, pauses = quick) {
  await using stack = new AsyncDisposableStack();
  const setting = stack.use(await openSetting());
  const bucket = s3Inbox(endpoint);
  const shown = { changes: 0 };
  const watch = new InboxWatch(
    bucket,
    () => (shown.changes += 1),
    { info: () => {}, warn: () => {} },
    pauses,
  );
  const { db, changes } = setting;
  const inbox = new Inbox({ db, bucket, watch, changes, audit: async () => {} });
  stack.defer(() => inbox.close());
  const own = stack.use(
    await openService(
      setting.databaseUrl,
      setting.home,
      'this-machine',
      undefined,
      endpoint,
      undefined,
      (source) => inbox.dropOf(source),
    ),
  );
  const owned = stack.move();
  return {
    inbox,
    own,
    watch,
    shown,
    async drops(all = false) {
      const { drops } = await inbox.show(all);
      return drops.map(({ name, state }) => `${name} ${state}`).sort();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('where a server has no notifications the inbox is looked at by and by, and names of drops are found however Hangul is written', async () => {
  const name = '고양이'.normalize('NFD');
  const objects = new Map<string, Uint8Array>([['pets/cat/0.png', Buffer.of(1)]]);
  await using server = await openFakeS3(objects);
  await using place = await openInbox(server.endpoint, { ...inboxPauses, apartMs: 20, pollMs: 50 });
  expect(await place.drops()).toEqual(['pets waiting']);
  objects.set(`${name}/cat/0.png`, Buffer.of(2));
  await expect.poll(() => place.drops()).toEqual(['pets waiting', `${name} waiting`]);
  await place.inbox.dismiss(localOwnerId, '고양이');
  expect(await place.drops()).toEqual(['pets waiting']);
  await expect(place.inbox.dismiss(localOwnerId, '../pets')).rejects.toMatchObject({
    code: 'INBOX_DROP_UNKNOWN',
  });
});

test('a server that takes connections and says nothing is called silent soon, by whatever of the inbox asks it', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const nobody = { region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b', bucketPrefix: '', tls: null };
  const bucket = s3Inbox(
    { ...nobody, endpoint: `http://127.0.0.1:${port}` },
    { attempts: 2, silentForMs: 50 },
  );
  try {
    const silent = { code: 'S3_UNREACHABLE', message: expect.stringContaining('it is silent') };
    await expect(bucket.find('pets')).rejects.toMatchObject(silent);
    await expect(bucket.read()).rejects.toMatchObject(silent);
  } finally {
    server.close();
  }
});

test('an inbox whose address or name the notifications’ client does not take is looked at by and by', async () => {
  const found = await sortDrops(listed(['pets/cat/0.png']));
  const nobody = { region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'b', bucketPrefix: '', tls: null };
  const { listen } = s3Inbox({ ...nobody, endpoint: 'http://[::1]:9' });
  const read = async () => found;
  const bucket = { name: 'inbox', place: '[::1]:9', find: async () => undefined, read, listen };
  const warned: unknown[] = [];
  const watch = new InboxWatch(
    bucket,
    () => {},
    { info: () => {}, warn: (...all) => warned.push(all) },
    quick,
  );
  expect((await watch.look()).found).toBe(found);
  expect(warned).toHaveLength(1);
  await watch.close();
});

test('a profile whose objects are files has no inbox, and says where there is one', async () => {
  await using setting = await openSetting();
  const { db, changes } = setting;
  const inbox = new Inbox({ db, bucket: null, watch: null, changes, audit: async () => {} });
  expect(await inbox.show(true)).toMatchObject({ bucket: null, problem: null, drops: [] });
  expect(await inbox.dropOf('s3://inbox/pets')).toBeNull();
  await expect(inbox.dismiss(localOwnerId, 'pets')).rejects.toMatchObject({
    code: 'INBOX_NONE',
    hint: /stack up/,
  });
});

const reason = withoutServer('s3');
if (reason !== null) console.info(`skipped: the inbox of a real MinIO: ${reason}`);

describe.skipIf(reason !== null)('the inbox of a real MinIO', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer('s3');
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  /** Buckets of its own, with a relay before them. */
  async function openPlace(pauses = quick) {
    await using stack = new AsyncDisposableStack();
    const own = { ...s3Endpoint(server), bucketPrefix: `t${randomBytes(6).toString('hex')}-` };
    const { made } = await ensureS3Buckets(own);
    const bucket = `${own.bucketPrefix}inbox`;
    expect(made).toContain(bucket);
    const relay = stack.use(await openRelay(() => server.port));
    const { client } = stack.use(connectS3(own));
    const place = stack.use(await openInbox({ ...own, endpoint: `http://127.0.0.1:${relay.port}` }, pauses));
    const owned = stack.move();
    return {
      ...place,
      client,
      bucket,
      relay,
      async put(name: string, files: Readonly<Record<string, Uint8Array>>) {
        for (const [file, Body] of Object.entries(files))
          await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${name}/${file}`, Body }));
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  }

  test('what is dropped is seen, imported where somebody confirms it, and comes again once it changes', async () => {
    await using place = await openPlace();
    expect(await place.drops()).toEqual([]);
    await place.put('pets', await goodFiles());
    await expect.poll(async () => (await place.inbox.show(false)).drops[0]?.files).toBe(6);
    expect(place.shown.changes).toBeGreaterThan(0);
    const [drop] = (await place.inbox.show(false)).drops;
    expect(drop).toMatchObject({
      kind: 'folder',
      files: 6,
      images: 6,
      format: 'imagenet',
      dataset: null,
      failed: false,
    });

    const done = await importFolder(place.own, { path: drop?.source ?? '', project: 'demo', format: 'auto' });
    expect(done).toMatchObject({ phase: 'done', version: 1, error: null });
    expect(await place.drops()).toEqual([]);
    expect(await place.drops(true)).toEqual(['pets imported']);
    expect(await place.inbox.show(true)).toMatchObject({
      handled: 1,
      drops: [{ dataset: { name: 'pets' } }],
    });

    await place.put('pets', { 'cat/9.png': await picture(90) });
    await expect.poll(() => place.drops()).toEqual(['pets waiting']);
    const again = await importFolder(place.own, {
      path: `${drop?.source}/`,
      project: 'demo',
      format: 'auto',
    });
    expect(again).toMatchObject({ phase: 'done', version: 2 });
    expect(await place.drops(true)).toEqual(['pets imported']);

    // Whoever removed the dataset may want it again.
    await place.own.service.remove(localOwnerId, 'pets');
    expect((await place.inbox.show(false)).drops).toMatchObject([
      { name: 'pets', state: 'waiting', dataset: null },
    ]);
  });

  test('the server’s notifications bring a look long before the next one is due', async () => {
    await using place = await openPlace({ ...quick, pollMs: 3_600_000 });
    expect(await place.drops()).toEqual([]);
    // Some releases keep events back until there are some KB of them.
    for (let number = 0; number < 30; number += 1)
      await place.put('pets', { [`cat/${number}.png`]: Buffer.of(number) });
    await expect.poll(() => place.drops()).toEqual(['pets waiting']);
  });

  test('an archive is a drop, a failed import leaves it waiting, and a dismissed one comes again once it is replaced', async () => {
    await using place = await openPlace();
    await place.inbox.show(false);
    const put = (Body: Uint8Array) =>
      place.client.send(new PutObjectCommand({ Bucket: place.bucket, Key: 'pets.zip', Body }));
    await put(zip([{ name: 'notes.txt', body: Buffer.from('nothing') }]));
    await expect.poll(() => place.drops()).toEqual(['pets.zip waiting']);
    const path = `s3://${place.bucket}/pets.zip`;
    expect(await importFolder(place.own, { path, project: 'demo', format: 'auto' })).toMatchObject({
      phase: 'failed',
    });
    expect((await place.inbox.show(false)).drops).toMatchObject([
      { state: 'waiting', failed: true, dataset: { name: 'pets' } },
    ]);

    expect(await place.inbox.dismiss(localOwnerId, 'pets.zip')).toEqual({ name: 'pets.zip' });
    expect(await place.drops()).toEqual([]);
    expect(await place.drops(true)).toEqual(['pets.zip dismissed']);
    await place.inbox.restore(localOwnerId, 'pets.zip');
    expect(await place.drops()).toEqual(['pets.zip waiting']);
    await place.inbox.dismiss(localOwnerId, 'pets.zip');
    const files = Object.entries(await goodFiles()).map(([name, body]) => ({ name, body }));
    await put(zip(files));
    await expect.poll(() => place.drops()).toEqual(['pets.zip waiting']);
    expect(await importFolder(place.own, { path, project: 'demo', format: 'auto' })).toMatchObject({
      phase: 'done',
    });
    expect(await place.drops(true)).toEqual(['pets.zip imported']);
    // Nothing of ours touches what people put there.
    await place.client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key: 'pets.zip' }));
    await expect.poll(() => place.drops(true)).toEqual([]);
  });

  test('a drop that is confirmed twice at once is imported once', async () => {
    await using place = await openPlace();
    await place.put('pets', await goodFiles());
    const request = {
      path: `s3://${place.bucket}/pets`,
      project: 'demo',
      format: 'auto',
      mode: 'copy',
    } as const;
    const confirm = (name: string) =>
      place.own.service.import(localOwnerId, { ...request, name, skipInvalid: false });
    const answers = await Promise.allSettled([confirm('one'), confirm('two'), confirm('three')]);
    const begun = answers.filter((answer) => answer.status === 'fulfilled');
    expect(begun).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'INBOX_DROP_IMPORTING' });
    await importOver(place.own, begun[0]?.value.importId ?? '');
    const { rows } = await place.own.pool.query('SELECT name FROM datasets');
    expect(rows).toHaveLength(1);
  });

  test('a drop is arriving for as long as something comes, and waits once nothing does', async () => {
    await using place = await openPlace({ ...inboxPauses, apartMs: 20, settleMs: 3000 });
    await place.put('pets', { 'cat/0.png': await picture(1) });
    expect(await place.drops()).toEqual(['pets arriving']);
    const { changes } = place.shown;
    await expect.poll(() => place.drops()).toEqual(['pets waiting']);
    // Readers are told of that too, though nothing was put there.
    await expect.poll(() => place.shown.changes).toBeGreaterThan(changes);
  });

  test('a server that is away is told by its code beside what was known, and followed again when it is back', async () => {
    await using place = await openPlace(quick);
    await place.put('pets', await goodFiles());
    await expect.poll(() => place.drops()).toEqual(['pets waiting']);
    place.relay.cut();
    await expect.poll(async () => (await place.inbox.show(false)).problem?.code).toBe('S3_UNREACHABLE');
    expect(await place.drops()).toEqual(['pets waiting']);
    place.relay.restore();
    await place.put('more', await goodFiles());
    await expect.poll(() => place.drops()).toEqual(['more waiting', 'pets waiting']);
    expect((await place.inbox.show(false)).problem).toBeNull();
  });

  test('a bucket that was removed is named with what to do, and one made again is looked at', async () => {
    await using place = await openPlace(quick);
    expect(await place.drops()).toEqual([]);
    await place.client.send(new DeleteBucketCommand({ Bucket: place.bucket }));
    await expect
      .poll(async () => (await place.inbox.show(false)).problem)
      .toMatchObject({ code: 'INBOX_BUCKET_MISSING', message: new RegExp(place.bucket), hint: /stack up/ });
    await place.client.send(new CreateBucketCommand({ Bucket: place.bucket }));
    await place.put('pets', await goodFiles());
    await expect.poll(() => place.drops()).toEqual(['pets waiting']);
  });

  test('nobody asks any more: the watch ends, with its connection, and the next reader begins another', async () => {
    await using place = await openPlace({ ...quick, lingerMs: 300 });
    await place.put('pets', await goodFiles());
    expect(await place.drops()).toEqual(['pets waiting']);
    expect(place.relay.open).toBeGreaterThan(0);
    await expect.poll(() => place.relay.open).toBe(0);
    expect(await place.drops()).toEqual(['pets waiting']);
  });
});
