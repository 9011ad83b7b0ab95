import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Downloads } from '../../../src/main/features/weights/hubs/download.ts';
import { fault } from '../../../src/shared/errors/catalogue.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { startHub } from './support/hub.ts';

const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

async function setting() {
  const files = { '/model.safetensors': bytes };
  const hub = await startHub(files);
  const place = await temporaryFolder();
  const downloads = new Downloads(() => place.folder);
  const begun: [number | null, number][] = [];
  const fetch = (
    more: {
      sha256?: string;
      token?: string;
      url?: string;
      signal?: AbortSignal;
      begin?: () => Promise<void>;
      advance?: (done: number) => void;
      more?: (bytes: number) => Promise<void>;
    } = {},
  ) =>
    downloads.fetch(
      {
        url: more.url ?? `${hub.url}/model.safetensors`,
        sha256: more.sha256 ?? null,
        token: more.token ?? null,
        account: null,
        model: 'timm/x',
      },
      {
        signal: more.signal ?? new AbortController().signal,
        begin: async (total, done) => {
          begun.push([total, done]);
          await more.begin?.();
        },
        more: more.more ?? (async () => {}),
        advance: more.advance ?? (() => {}),
      },
    );
  return {
    ...{ hub, files, fetch, begun, folder: place.folder, downloads },
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

test('a download that breaks off goes on where it was, and nothing comes twice', async () => {
  await using world = await setting();
  const { hub, fetch, begun } = world;
  hub.behaviour.holdAfter = { bytes: 100_000, times: 2 };
  const found = await fetch({
    sha256,
    advance: (done) => done > 0 && done % 100_000 === 0 && hub.breakOff(),
  });
  expect(readFileSync(found?.path ?? '')).toEqual(bytes);
  expect(hub.requests.map(({ headers }) => headers.range)).toEqual([
    ...[undefined, 'bytes=100000-', 'bytes=200000-'],
  ]);
  expect(begun).toEqual([0, 100_000, 200_000].map((done) => [bytes.length, done]));
});

test('an answer whose bytes are not read at once is kept, whatever is collected as garbage meanwhile', async () => {
  await using world = await setting();
  const { hub, fetch } = world;
  v8.setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const found = await fetch({
    sha256,
    begin: async () => {
      for (let round = 0; round < 5; round += 1) {
        collect();
        // What the collection finds is told in a later turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  });
  expect(readFileSync(found?.path ?? '')).toEqual(bytes);
  expect(hub.requests).toHaveLength(1);
});

test('what a killed download left is gone on with, and fetched anew where the file has changed', async () => {
  await using world = await setting();
  const { hub, fetch } = world;
  hub.behaviour.holdAfter = { bytes: 100_000, times: 1 };
  const killed = new AbortController();
  const kill = (done: number) => done === 100_000 && killed.abort();
  await expect(fetch({ signal: killed.signal, advance: kill })).rejects.toThrow('aborted');
  const found = await fetch({ sha256 });
  expect(hub.requests.at(-1)?.headers.range).toBe('bytes=100000-');
  expect(readFileSync(found?.path ?? '')).toEqual(bytes);
  // Again: all of it is there.
  expect(await fetch({ sha256 })).toEqual(found);
  expect(hub.requests.at(-1)?.headers.range).toBe(`bytes=${bytes.length}-`);
  world.files['/model.safetensors'] = Buffer.from(bytes).reverse();
  const other = await fetch();
  expect(readFileSync(other?.path ?? '')).toEqual(Buffer.from(bytes).reverse());
});

test('a token goes to the hub and not to where it sends the client, whose bytes must have the hash that the hub says', async () => {
  await using storage = await startHub({ '/model.safetensors': bytes });
  await using world = await setting();
  const { hub, fetch } = world;
  Object.assign(hub.behaviour, { token: 'hf_secret', redirectTo: storage.url, sha256 });
  const found = await fetch({ token: 'hf_secret' });
  expect(readFileSync(found?.path ?? '')).toEqual(bytes);
  expect(storage.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  await world.downloads.discard(`${hub.url}/model.safetensors`);
  hub.behaviour.sha256 = '0'.repeat(64);
  await expect(fetch({ token: 'hf_secret' })).rejects.toMatchObject({ code: 'WEIGHTS_HASH_DIFFERS' });
  expect(readdirSync(world.folder)).toEqual([]);
});

test.each([
  [401, 'WEIGHTS_FORBIDDEN'],
  [403, 'WEIGHTS_FORBIDDEN'],
  [429, 'WEIGHTS_HUB_FAILED'],
  [500, 'WEIGHTS_HUB_FAILED'],
])('the answer %i of a hub is the error %s', async (status, code) => {
  await using world = await setting();
  world.hub.behaviour.status = status;
  await expect(world.fetch()).rejects.toMatchObject({ code });
});

test('the words of a hub beside its answer are shown to nobody: they may be what it was asked with', async () => {
  await using world = await setting();
  world.hub.behaviour.status = 500;
  const refused = world.fetch({ token: 'hf_secret' });
  await expect(refused).rejects.toThrow(/answered 500 Internal Server Error$/);
});

test('a hub without the file answers nothing, and one that is away is an error that names it', async () => {
  await using world = await setting();
  expect(await world.fetch({ url: `${world.hub.url}/other.bin` })).toBeNull();
  await world.hub[Symbol.asyncDispose]();
  await expect(world.fetch()).rejects.toMatchObject({
    code: 'WEIGHTS_UNREACHABLE',
    message: expect.stringContaining(world.hub.url),
    hint: expect.stringContaining('trainyard weights add FILE --model timm/x'),
  });
});

test('a file without a size is let in by pieces, and one that is packed is not taken for what was announced', async () => {
  await using world = await setting();
  const { hub, fetch, begun, downloads } = world;
  hub.behaviour.isPacked = true;
  const found = await fetch({ sha256 });
  expect(readFileSync(found?.path ?? '')).toEqual(bytes);
  // Another try asks for all of it, not for the rest of the packed bytes.
  await fetch();
  expect(hub.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
  expect(begun).toEqual([
    [null, 0],
    [null, 0],
  ]);
  await downloads.discard(`${hub.url}/model.safetensors`);
  hub.behaviour.isEndless = true;
  let pieces = 2;
  const more = async () => {
    pieces -= 1;
    if (pieces === 0) throw fault('WEIGHTS_NO_HUB', { model: 'a full disk', why: '' });
  };
  await expect(fetch({ more })).rejects.toMatchObject({ code: 'WEIGHTS_NO_HUB' });
  expect(readdirSync(world.folder)).toEqual([]);
});

test('more bytes than were announced are kept no more than fewer', async () => {
  await using world = await setting();
  const { hub, fetch, folder } = world;
  hub.behaviour.holdAfter = { bytes: 100_000, times: 1 };
  const killed = new AbortController();
  const kill = (done: number) => done === 100_000 && killed.abort();
  await expect(fetch({ signal: killed.signal, advance: kill })).rejects.toThrow('aborted');
  hub.behaviour.lies = -1;
  const found = await fetch();
  // The rest had too many bytes, and was asked for no further: all of it comes again, without a size.
  expect(readFileSync(found?.path ?? '')).toEqual(bytes);
  expect(hub.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=100000-', undefined]);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('what breaks off each time, what leads elsewhere than to a server, and a rest of nothing are errors by name', async () => {
  await using world = await setting();
  const { hub, fetch } = world;
  hub.behaviour.redirectTo = 'file:///etc';
  await expect(fetch()).rejects.toMatchObject({ code: 'WEIGHTS_HUB_FAILED' });
  delete hub.behaviour.redirectTo;
  hub.behaviour.status = 416;
  await expect(fetch()).rejects.toMatchObject({ code: 'WEIGHTS_HUB_FAILED' });
  delete hub.behaviour.status;
  hub.behaviour.holdAfter = { bytes: 0, times: 9 };
  const broken = fetch();
  const breaking = setInterval(() => hub.breakOff(), 20);
  await expect(broken.finally(() => clearInterval(breaking))).rejects.toMatchObject({
    code: 'WEIGHTS_UNREACHABLE',
  });
});

test('a token that is none is not repeated by the error', async () => {
  await using world = await setting();
  const token = 'hf_secret\nX: 1';
  const failed = await world.fetch({ token }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'WEIGHTS_FORBIDDEN' });
  expect(inspect(failed, { depth: null })).not.toContain('hf_secret');
  expect(world.hub.requests).toEqual([]);
});
