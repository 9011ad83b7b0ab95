import { readdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startEngine, waitFor } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';
import { dial } from '../support/raw-http.ts';
import { type Address, rest } from '../support/rest.ts';
import { seeded, writeTinyDataset } from '../support/tiny-dataset.ts';

const connections = Number(process.env.TRAINYARD_TORTURE_CONNECTIONS ?? 1000);
const seed = Number(process.env.TRAINYARD_TORTURE_SEED ?? Date.now() % 100_000);
const atOnce = 100;

const descriptors = async (pid: number) => (await readdir(`/proc/${pid}/fd`)).length;

/** What a peer that means no good, or whose cable breaks, may send. */
function rubbish({ url }: Address, proof: string, random: () => number): string | Buffer {
  const host = `Host: ${url.slice('http://'.length)}\r\n`;
  const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16, 7).toString('base64')}\r\n`;
  const kinds = [
    '',
    Buffer.from(Array.from({ length: 300 }, () => Math.floor(random() * 256))),
    'GET ',
    `GET /api/v1/projects HTTP/1.1\r\n${host}`,
    `GET /api/v1/projects HTTP/1.1\r\n${host}${proof}\r\n`,
    `GET /files/${'x'.repeat(5000)} HTTP/1.1\r\n${host}${proof}X: ${'y'.repeat(30_000)}\r\n\r\n`,
    `GET /rpc HTTP/1.1\r\n${host}${proof}${upgrade}`,
    `GET /rpc HTTP/1.1\r\n${host}${proof}${upgrade}\r\n`,
    `GET /rpc HTTP/1.1\r\n${host}${proof}${upgrade}\r\n${'z'.repeat(1000)}`,
    `GET /other HTTP/1.1\r\n${host}${proof}${upgrade}\r\n`,
    `GET /rpc HTTP/1.1\r\n${host}${proof}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `POST /api/v1/projects HTTP/1.1\r\n${host}${proof}Content-Type: application/json\r\nContent-Length: 4000000\r\n\r\n{"name":"`,
    `POST /files/uploads?name=a.tar HTTP/1.1\r\n${host}${proof}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n`,
    `POST /api/v1/projects HTTP/1.1\r\n${host}${proof}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `GET /api/v1/system HTTP/1.1\r\n${host}${proof}\r\n`.repeat(20),
  ];
  return kinds[Math.floor(random() * kinds.length)] ?? '';
}

/** Sends without an end, as fast as it is taken, until the other side has enough. */
function pour(socket: Socket): void {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

test(`${connections} aborted, half-sent, slow and endless connections stop neither the engine, nor a training, nor anybody else's requests (seed ${seed})`, async () => {
  const random = seeded(seed);
  await using place = await preparedHome();
  await using engine = await startEngine(place.home);
  const images = path.join(path.dirname(place.home), 'images');
  await writeTinyDataset(images);
  const project = await rest<{ id: string }>(engine, 'POST', '/projects', { name: 'torture' });
  const { importId, datasetId } = await rest<{ importId: string; datasetId: string }>(
    engine,
    'POST',
    '/datasets/import',
    { path: images, project: project.id, name: 'tiny' },
  );
  await waitFor('the import', async () => {
    const { phase } = await rest<{ phase: string }>(engine, 'GET', `/dataset-imports/${importId}`);
    return phase === 'done';
  });
  const { runId } = await rest<{ runId: string }>(engine, 'POST', '/runs', {
    project: project.id,
    dataset: datasetId,
    overrides: { training: { epochs: 100_000, seed: 1, batchSize: 16 } },
  });
  const run = () => rest<{ status: string; lastSeq: number }>(engine, 'GET', `/runs/${runId}`);
  await waitFor('the training', async () => (await run()).lastSeq > 20);
  const before = { seq: (await run()).lastSeq, descriptors: await descriptors(engine.pid) };

  // Somebody else: a request after the other, of which each is answered.
  let over = false;
  let slowestMs = 0;
  const somebody = (async () => {
    for (let asked = 0; ; asked += 1) {
      const began = performance.now();
      await rest(engine, 'GET', '/projects');
      slowestMs = Math.max(slowestMs, performance.now() - began);
      if (over) return asked;
    }
  })();

  const held: { socket: Socket; isProven: boolean }[] = [];
  const one = async () => {
    const socket = await dial(engine);
    const isProven = random() < 0.5;
    const proof = isProven ? `Authorization: Bearer ${engine.token}\r\n` : '';
    socket.resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const bytes = rubbish(engine, proof, random);
    const end = random();
    if (end < 0.1) {
      // A byte at a time, for a while.
      for (const byte of Buffer.from(bytes).subarray(0, 20)) {
        if (socket.destroyed) break;
        socket.write(Buffer.of(byte));
        await delay(5);
      }
    } else socket.write(bytes);
    if (end < 0.5) socket.resetAndDestroy();
    else if (end < 0.7) socket.end();
    else if (end < 0.8) pour(socket);
    else {
      held.push({ socket, isProven });
      return;
    }
    const patience = setTimeout(() => socket.destroy(), 500);
    await closed;
    clearTimeout(patience);
  };
  for (let made = 0; made < connections; made += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, connections - made) }, one));
  const answered = await Promise.race([
    somebody.then(() => -1),
    waitFor('the training to go on', async () => (await run()).lastSeq > before.seq + 50).then(() => 1),
  ]);
  over = true;
  expect(await somebody).toBeGreaterThan(10);
  expect(answered).toBe(1);
  expect(engine.process.exitCode).toBeNull();
  expect((await run()).status).toBe('running');
  expect(slowestMs).toBeLessThan(20_000);
  await waitFor(
    'those without a token to be shown out',
    async () => held.every(({ socket, isProven }) => isProven || socket.destroyed),
    40_000,
  );
  for (const { socket } of held) socket.destroy();
  // The pools of the stores may have grown by some.
  await waitFor(
    'the descriptors',
    async () => (await descriptors(engine.pid)) < before.descriptors + 25,
    20_000,
  );
  await rest(engine, 'POST', `/runs/${runId}/cancel`, { graceMs: 10_000 });
  await waitFor('the end', async () => (await run()).status === 'cancelled');
  expect(await engine.stop()).toBe(0);
}, 300_000);
