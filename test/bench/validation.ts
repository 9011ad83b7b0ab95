import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { findNode } from '../../bin/find-node.mjs';
import { appRoot } from '../../src/main/platform/paths.ts';
import { startEngine, temporaryHome } from '../support/engine.ts';
import { rest } from '../support/rest.ts';
import { median, percentile, type Row } from './table.ts';

const pictures = 100;
const side = 48;
const signatureAndHeaderBytes = 33;

/** A PNG with a text chunk behind its header: other bytes, the same picture. */
function labelled(png: Buffer, label: string): Buffer {
  const body = Buffer.from(`tEXtLabel\0${label}`, 'latin1');
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([
    png.subarray(0, signatureAndHeaderBytes),
    chunk,
    png.subarray(signatureAndHeaderBytes),
  ]);
}

/** So many PNGs in ten classes; no two have the same bytes. */
async function writeImages(folder: string, count: number): Promise<void> {
  const made: Buffer[] = [];
  for (let index = 0; index < pictures; index += 1) {
    const coarse = randomFillSync(Buffer.alloc(6 * 6 * 3));
    const image = sharp(coarse, { raw: { width: 6, height: 6, channels: 3 } });
    made.push(await image.resize(side, side).png().toBuffer());
  }
  for (let name = 0; name < 10; name += 1)
    await mkdir(path.join(folder, `class-${name}`), { recursive: true });
  for (let file = 0; file < count; file += 1) {
    const picture = made[file % pictures];
    if (!picture) throw new RangeError('there is no picture');
    await writeFile(path.join(folder, `class-${file % 10}`, `${file}.png`), labelled(picture, String(file)));
  }
}

const run = promisify(execFile);

/** Processor seconds of a command and what it starts, as bash counts them (`0m1.234s 0m0.056s`, its children's last). */
async function processorOf(...command: readonly string[]): Promise<number> {
  const { stdout } = await run('bash', ['-c', '"$@" > /dev/null 2>&1; times', 'bash', ...command]);
  const spent = stdout.trim().split('\n').at(-1) ?? '';
  const seconds = [...spent.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return seconds.reduce((sum, one) => sum + one, 0);
}

const hash = (folder: string) =>
  processorOf('bash', '-c', 'find "$0" -type f -print0 | xargs -0 sha256sum', folder);
const validate = (folder: string) =>
  processorOf(
    findNode(),
    path.join(appRoot(), 'out', 'node', 'cli.js'),
    'dataset',
    'validate',
    folder,
    '--json',
  );

interface CheckAnswer {
  readonly phase: string;
  readonly done: number;
}

/** How long the engine takes to answer /readyz, in milliseconds, while `isGoing`. */
async function answerTimes(url: string, isGoing: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (isGoing()) {
    const start = performance.now();
    await (await fetch(`${url}/readyz`)).arrayBuffer();
    times.push(performance.now() - start);
    await delay(10);
  }
  return times;
}

/** Answer times of an engine that does nothing else, and of the same while it checks a folder. */
async function answering(folder: string): Promise<{ idle: number[]; checking: number[] }> {
  await using state = await temporaryHome();
  await using engine = await startEngine(state.home);
  const until = performance.now() + 5000;
  const idle = await answerTimes(engine.url, () => performance.now() < until);
  const { checkId } = await rest<{ checkId: string }>(engine, 'POST', '/dataset-checks', { path: folder });
  let isOver = false;
  const follow = async () => {
    for (let seen = -1; !isOver; ) {
      const address = `/dataset-checks/${checkId}?afterDone=${seen}&waitMs=5000`;
      const { phase, done } = await rest<CheckAnswer>(engine, 'GET', address);
      isOver = phase === 'done' || phase === 'failed';
      seen = done;
    }
  };
  const [checking] = await Promise.all([answerTimes(engine.url, () => !isOver), follow()]);
  return { idle, checking };
}

/** A validation against `sha256sum` of the same files, ten times as many files against some, and the engine's answers meanwhile. */
export async function benchValidation({ files = 20_000 } = {}): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-bench-validation-'));
  try {
    const [few, many] = [path.join(folder, 'few'), path.join(folder, 'many')];
    await writeImages(few, files / 10);
    await writeImages(many, files);
    const spent = { few: [] as number[], raw: [] as number[], again: [] as number[] };
    for (let round = 0; round < 3; round += 1) {
      spent.raw.push(await hash(few));
      spent.few.push(await validate(few));
      spent.again.push(await hash(few));
    }
    const whole = await validate(many);
    const { idle, checking } = await answering(many);
    const raw = median(spent.raw);
    const growth = whole / files / (median(spent.few) / (files / 10));
    const ms = (seconds: number, count: number) => `${((seconds * 1000) / count).toFixed(3)} ms`;
    const p99 = percentile(checking, 0.99);
    return [
      {
        name: 'processor time of a validation (every pixel, hash, layout), against sha256sum of its files',
        ratio: median(spent.few) / raw,
        goal: '–',
        met: null,
        control: median(spent.again) / raw,
        detail: `${files / 10} PNGs of ${side} × ${side}: ${ms(median(spent.few), files / 10)} a file, sha256sum ${ms(raw, files / 10)}`,
      },
      {
        name: 'processor time a file, ten times as many files against some',
        ratio: growth,
        goal: '≤ 1.3',
        met: growth <= 1.3,
        control: null,
        detail: `${files.toLocaleString('en')} files: ${ms(whole, files)} a file`,
      },
      {
        name: 'answers of /readyz while a dataset is checked',
        ratio: p99 / percentile(idle, 0.99),
        goal: '–',
        met: null,
        control: null,
        detail: `median ${median(checking).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${percentile(checking, 1).toFixed(1)} ms of ${checking.length}; before the check p99 ${percentile(idle, 0.99).toFixed(1)} ms`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
