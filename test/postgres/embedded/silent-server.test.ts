import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isAlive } from '../../../src/main/platform/find-engine.ts';
import { runCli, startEngine, waitFor } from '../../support/engine.ts';
import { preparedHome } from '../../support/prepared-home.ts';
import { expectNothingLostOrDoubled } from '../../torture/ledger.ts';
import { stageWithDataset, train } from '../../torture/life.ts';
import { areaOf } from './support.ts';

/** Far more than the eight seconds after which a server counts as silent, and far less than a person waits. */
const boundMs = 40_000;
const withoutProcesses = process.platform === 'linux' ? null : 'processes are found in /proc';
if (withoutProcesses) console.info(`skipped: a PostgreSQL that is halted: ${withoutProcesses}`);

/** The server of a state folder: its first process, then those that it forked. */
function processesOf(home: string): [postmaster: number, ...forked: number[]] {
  const postmaster = Number.parseInt(
    readFileSync(path.join(areaOf(home), 'data', 'postmaster.pid'), 'utf8'),
    10,
  );
  const forked = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(postmaster)
        );
      } catch {
        // It ended meanwhile.
        return false;
      }
    });
  return [postmaster, ...forked.map(Number)];
}

const titleOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');

function send(signal: NodeJS.Signals, pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, signal);
}

async function timed<T>(work: Promise<T>): Promise<{ answer: T; ms: number }> {
  const start = performance.now();
  return { answer: await work, ms: performance.now() - start };
}

test.skipIf(withoutProcesses).concurrent(
  'a PostgreSQL that is halted is told with a code by the command line and by /readyz, and a training goes on without loss once it runs again',
  async () => {
    await using place = await stageWithDataset();
    const { stage, where } = place;
    const run = await train(stage, where, 15);
    await waitFor('the training to begin', async () => {
      const { status } = await stage.ask<{ status: string }>('GET', `/runs/${run}`);
      return status === 'running';
    });
    const following = runCli(stage.home, ['runs', 'follow', run]);
    const halted = processesOf(stage.home);
    send('SIGSTOP', halted);
    try {
      const list = await timed(runCli(stage.home, ['project', 'list', '--json']));
      expect(list.ms).toBeLessThan(boundMs);
      expect(list.answer).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('The database does not answer'),
      });
      expect(JSON.parse(list.answer.stdout)).toMatchObject({
        error: { code: 'DATABASE_UNAVAILABLE', hint: expect.stringContaining('continues automatically') },
      });
      // Known to be silent, it keeps nobody waiting.
      const made = await timed(runCli(stage.home, ['project', 'create', 'meanwhile', '--json']));
      expect(JSON.parse(made.answer.stdout)).toMatchObject({ error: { code: 'DATABASE_UNAVAILABLE' } });
      const ready = await fetch(`${stage.engine.url}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.json()).toMatchObject({
        ready: false,
        checks: { database: { ok: false, message: expect.stringContaining('has not answered') } },
      });
    } finally {
      send('SIGCONT', halted);
    }
    await waitFor('the engine to be ready', async () => (await fetch(`${stage.engine.url}/readyz`)).ok);
    const { code } = await runCli(stage.home, ['project', 'create', 'afterwards', '--json']);
    expect(code).toBe(0);
    await waitFor('the end of the training', async () => {
      const { status } = await stage.ask<{ status: string }>('GET', `/runs/${run}`);
      return status === 'completed';
    });
    // Who follows the run waits for the database, too.
    expect(await following).toMatchObject({ code: 0 });
    await expectNothingLostOrDoubled(stage.engine, run);
  },
  120_000,
);

test.skipIf(withoutProcesses).concurrent(
  'where only the connections’ processes are halted, a request on one of them ends with the code, and the next is answered over a new one',
  async () => {
    await using place = await preparedHome();
    await using engine = await startEngine(place.home);
    const list = () => timed(runCli(place.home, ['project', 'list', '--json']));
    const halted: number[] = [];
    const haltConnections = () => {
      const pids = processesOf(place.home).filter((pid) => titleOf(pid).includes('vision_platform'));
      const running = pids.filter((pid) => !halted.includes(pid));
      send('SIGSTOP', running);
      halted.push(...running);
      return running.length;
    };
    expect(haltConnections()).toBeGreaterThan(0);
    try {
      let { answer, ms } = await list();
      // A connection that was at work when it was halted lets the pool open another, which answers: it is halted, too.
      while (answer.code === 0 && haltConnections() > 0) ({ answer, ms } = await list());
      expect(ms).toBeLessThan(boundMs);
      expect(JSON.parse(answer.stdout)).toMatchObject({ error: { code: 'DATABASE_UNAVAILABLE' } });
      const next = await list();
      expect(next.ms).toBeLessThan(boundMs);
      expect(next.answer.code, next.answer.stdout).toBe(0);
    } finally {
      send('SIGCONT', halted.filter(isAlive));
    }
    expect(await engine.stop()).toBe(0);
  },
  120_000,
);

test.skipIf(withoutProcesses).concurrent(
  'an engine whose PostgreSQL is halted while nobody asks for anything can be stopped',
  async () => {
    await using place = await preparedHome();
    const engine = await startEngine(place.home);
    const log = path.join(areaOf(place.home), 'server.log');
    const askedBefore = readFileSync(log, 'utf8').length;
    const halted = processesOf(place.home);
    send('SIGSTOP', halted);
    const stopped = engine.stop();
    try {
      // The connections keep it waiting no longer: the server is told to end, and its first process goes on for that.
      const isTold = async () =>
        readFileSync(log, 'utf8').slice(askedBefore).includes('fast shutdown request');
      await waitFor('the server to be stopped', isTold, boundMs);
    } finally {
      send('SIGCONT', halted.filter(isAlive));
    }
    expect(await stopped).toBe(0);
  },
  120_000,
);
