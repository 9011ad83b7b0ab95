import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { engineOf, temporaryHome, waitFor } from '../support/engine.ts';
import { rest } from '../support/rest.ts';
import { processesOf } from '../support/survivors.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** `npm start` without npm: starts it and answers the link that it prints. */
async function npmStart(home: string, args: readonly string[] = []) {
  const child = spawn('node', ['bin/start.mjs', '--no-window', ...args], {
    cwd: root,
    env: { ...process.env, TRAINYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const link = await waitFor(
    'the link',
    async () => {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}: ${said}`);
      return /http:\/\/127\.0\.0\.1:\d+\/#ticket=\S+/.exec(said)?.[0];
    },
    180_000,
  );
  const interrupt = async () => {
    child.kill('SIGINT');
    return (await ended)[0];
  };
  return { link, interrupt, pid: child.pid as number };
}

const ask = async <T>(home: string, address: string) => rest<T>(await engineOf(home), 'GET', address);

const painted = (page: Page, runId: string) =>
  page.evaluate((id) => window.__trainyard?.paintedSeq[id] ?? 0, runId);

async function sampleRun(home: string): Promise<{ id: string }> {
  return waitFor(
    'the sample run to train',
    async () => {
      const { runs } = await ask<{ runs: { id: string; status: string }[] }>(home, '/runs');
      return runs.find(({ status }) => status === 'running');
    },
    120_000,
  );
}

test('on an empty state folder the sample trains, its chart gains points without a reload, a reload loses nothing, and it completes with more than 85 % validation accuracy', async () => {
  await using state = await temporaryHome();
  const started = await npmStart(state.home);
  try {
    await using opened = await openBrowser();
    const page = await opened.browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(started.link);
    await expect.poll(() => page.url()).not.toContain('ticket');
    const { id } = await sampleRun(state.home);
    await page.goto(new URL(`/runs/${id}`, started.link).href);
    const first = await waitFor('a painted point', () => painted(page, id));
    await waitFor('a further point without a reload', async () => (await painted(page, id)) > first);

    const before = await painted(page, id);
    await page.reload();
    await waitFor('everything again after a reload', async () => (await painted(page, id)) >= before);

    await page
      .getByText(/^(Completed|완료)$/)
      .first()
      .waitFor({ timeout: 240_000 });
    const run = await ask<{
      status: string;
      progress: number;
      lastSeq: number;
      finalMetrics: { val_accuracy: number };
    }>(state.home, `/runs/${id}`);
    expect(run).toMatchObject({ status: 'completed', progress: 100 });
    expect(run.finalMetrics.val_accuracy).toBeGreaterThan(0.85);
    expect(faults).toEqual([]);

    const second = await npmStart(state.home);
    expect(new URL(second.link).host).toBe(new URL(started.link).host);
    expect(await second.interrupt()).toBe(0);
    expect((await fetch(new URL('/healthz', started.link))).ok).toBe(true);
  } finally {
    expect(await started.interrupt()).toBe(0);
  }
  expect(await processesOf([state.home])).toEqual([]);
}, 480_000);

test('Ctrl-C in the middle of a training ends it with a checkpoint, and it can be resumed', async () => {
  await using state = await temporaryHome();
  const started = await npmStart(state.home);
  const { id } = await sampleRun(state.home);
  await waitFor('a point', async () => {
    const { metrics } = await ask<{ metrics: unknown[] }>(state.home, `/runs/${id}/metrics`);
    return metrics.length > 0;
  });
  expect(await started.interrupt()).toBe(0);
  expect(await processesOf([state.home])).toEqual([]);

  const again = await npmStart(state.home);
  try {
    const run = await ask<{ status: string; actions: string[] }>(state.home, `/runs/${id}`);
    expect(run).toMatchObject({ status: 'cancelled', actions: ['resume', 'retry'] });
  } finally {
    expect(await again.interrupt()).toBe(0);
  }
}, 300_000);

test('a page that loses its engine to a kill finds the next one and goes on without loss', async () => {
  await using state = await temporaryHome();
  const started = await npmStart(state.home);
  await using opened = await openBrowser();
  const page = await opened.browser.newPage();
  await page.goto(started.link);
  const { id } = await sampleRun(state.home);
  await page.goto(new URL(`/runs/${id}`, started.link).href);
  const first = await waitFor('a painted point', () => painted(page, id));
  const [engine] = (await processesOf([state.home])).filter(({ command }) => /cli\.js serve/.test(command));
  expect(engine).toBeDefined();
  if (engine) process.kill(engine.pid, 'SIGKILL');
  const again = await npmStart(state.home);
  try {
    await waitFor(
      'the page to paint what came meanwhile',
      async () => (await painted(page, id)) > first,
      120_000,
    );
    const { runs } = await ask<{ runs: { attemptCount: number }[] }>(state.home, '/runs');
    expect(runs.map(({ attemptCount }) => attemptCount)).toEqual([1]);
  } finally {
    expect(await again.interrupt()).toBe(0);
  }
  expect(await processesOf([state.home])).toEqual([]);
}, 300_000);
