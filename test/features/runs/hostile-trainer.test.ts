import { execFile } from 'node:child_process';
import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNode } from '../../../bin/find-node.mjs';
import { cliFile, waitFor } from '../../support/engine.ts';
import { stageWithDataset, train, type Where } from '../../torture/life.ts';
import { kill, type Stage } from '../../torture/stage.ts';

let staged: Awaited<ReturnType<typeof stageWithDataset>>;
let stage: Stage;
let where: Where;
beforeAll(async () => {
  staged = await stageWithDataset();
  ({ stage, where } = staged);
});
afterAll(() => staged[Symbol.asyncDispose]());

interface LogPage {
  readonly lines: { readonly level: string; readonly message: string }[];
  readonly moving: { readonly lines: { readonly stream: string; readonly message: string }[] };
}

/** A run under way whose trainer stands still, and a way to write in its place. */
async function stopped(): Promise<{
  runId: string;
  folder: string;
  write: (...events: string[]) => Promise<void>;
}> {
  const runId = await train(stage, where, 100_000);
  const trainer = await waitFor('a trainer', () => stage.processOf(runId, 'trainerPid'));
  await waitFor('a first point', async () => {
    const { metrics } = await stage.ask<{ metrics: unknown[] }>('GET', `/runs/${runId}/metrics`);
    return metrics.length > 0;
  });
  process.kill(trainer, 'SIGSTOP');
  const folder = (await stage.run(runId)).attempts.at(-1)?.runDirectory ?? '';
  const file = path.join(folder, 'events.jsonl');
  const write = async (...events: string[]) => {
    let { seq } = JSON.parse((await readFile(file, 'utf8')).trimEnd().split('\n').at(-1) ?? '{}') as {
      seq: number;
    };
    const lines = events.map((event) => {
      seq += 1;
      return event.replace('{', `{"seq":${seq},"time":"${new Date().toISOString()}",`);
    });
    await appendFile(file, `${lines.join('\n')}\n`);
  };
  return { runId, folder, write };
}

const cli = async (...words: string[]) =>
  (
    await promisify(execFile)(findNode(), [cliFile, ...words], {
      env: { ...process.env, TRAINYARD_HOME: stage.home, FORCE_COLOR: '1' },
      maxBuffer: 64 * 1024 * 1024,
    })
  ).stdout;

test('a run whose trainer writes what is too deep is told so, is cancelled when asked, and holds up no other', async () => {
  const { runId, write } = await stopped();
  const deep = `${'['.repeat(2500)}${']'.repeat(2500)}`;
  const next = await train(stage, where, 1);
  await write(
    `{"type":"progress","epoch":1,"epochs":2,"step":1,"steps":2,"deep":${deep}}`,
    '{"type":"metric","epoch":7,"step":7,"values":{"__proto__":0.1,"정확도":0.2,"val loss":true}}',
  );
  const point = await waitFor('the point behind it', async () => {
    const { metrics } = await stage.ask<{ metrics: { step: number; values: object }[] }>(
      'GET',
      `/runs/${runId}/metrics?limit=10000`,
    );
    return metrics.find(({ step, values }) => step === 7 && Object.hasOwn(values, '정확도'));
  });
  // As REST gives it, and as the contract's own client does.
  expect(Object.entries(point.values).toSorted()).toEqual([
    ['__proto__', 0.1],
    ['정확도', 0.2],
  ]);
  expect(await cli('runs', 'metrics', runId, '--json')).toContain('"__proto__":0.1');
  const log = await stage.ask<LogPage>('GET', `/runs/${runId}/logs?limit=10000&level=warning`);
  expect(log.lines.map(({ message }) => message.replace(/^.*\): /, ''))).toEqual(
    expect.arrayContaining([
      'deep is nested deeper than 16 levels: it is left out, the rest of the line is kept',
      'val loss is true or false, not a number: it is left out, the rest of the line is kept',
    ]),
  );
  await stage.ask('POST', `/runs/${runId}/cancel`, { graceMs: 0 });
  expect((await stage.untilOver(runId)).status).toBe('cancelled');
  expect((await stage.untilOver(next)).status).toBe('completed');
}, 180_000);

test('the command line shows a bar under way, and nothing of a log that a terminal would act on but colours', async () => {
  const { runId, folder } = await stopped();
  const bar = Array.from({ length: 20_001 }, (_, step) => `\r${step}/20000 ${'#'.repeat(step / 1000)}`).join(
    '',
  );
  await appendFile(path.join(folder, 'stderr.log'), `${bar}\rEpoch 1 done FINALSTATE\nnext\n`);
  await appendFile(
    path.join(folder, 'stderr.log'),
    '\u001b]0;title\u0007 \u001b[2J\u001b[H\u001b[31mcleared\u001b]52;c;eA==\u0007\n',
  );
  await appendFile(path.join(folder, 'stdout.log'), '  5%|##  | 1/20\r 10%|##  | 2/20\r');
  await waitFor('the bar', async () => {
    const { moving } = await stage.ask<LogPage>('GET', `/runs/${runId}/logs?from=-1`);
    return moving.lines.some(({ message }) => message === ' 10%|##  | 2/20');
  });
  const printed = (await cli('runs', 'logs', runId)).split('\n');
  const texts = printed.map((line) =>
    line.replaceAll('\u001b[', '<').replace(/^.*?(warning|info {3})/, '$1'),
  );
  expect(texts).toContainEqual(expect.stringMatching(/^warning Epoch 1 done FINALSTATE/));
  expect(texts).toContainEqual(expect.stringMatching(/^warning {2}<31mcleared<0m/));
  expect(texts.filter((text) => text.includes('20000'))).toEqual([]);
  expect(texts.at(-2)).toMatch(/^info {4} 10%\|## {2}\| 2\/20/);
  expect(printed.join('').replace(new RegExp(`${'\u001b'}\\[[\\d;]*m`, 'g'), '')).not.toContain('\u001b');
  const trainer = await stage.processOf(runId, 'trainerPid');
  if (trainer) kill(trainer);
  await stage.ask('POST', `/runs/${runId}/cancel`, { graceMs: 0 }).catch(() => undefined);
  await stage.untilOver(runId);
  const { lines } = await stage.ask<LogPage>('GET', `/runs/${runId}/logs?limit=10000`);
  expect(lines.map(({ message }) => message)).toContain(' 10%|##  | 2/20');
}, 180_000);
