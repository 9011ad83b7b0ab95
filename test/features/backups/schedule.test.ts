import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readState, writeState } from '../../../src/main/features/backups/kept-schedule.ts';
import { begun, type ScheduleState } from '../../../src/main/features/backups/schedule-state.ts';
import { ChangeFeed } from '../../../src/main/features/changes/change-feed.ts';
import { DiskWatch } from '../../../src/main/features/disk/disk-watch.ts';
import { openSettings } from '../../../src/main/stores/settings/settings-store.ts';
import { listSnapshots } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import type { BackupScheduleView } from '../../../src/shared/contract/backup-schedule.ts';
import type { Bilingual } from '../../../src/shared/errors/entry.ts';
import { fill } from '../../stores/filled-database.ts';
import { openOwnStores } from '../../stores/snapshots/support.ts';
import { cliJson, type RunningEngine, runCli, startEngine, waitFor } from '../../support/engine.ts';
import { preparedHome } from '../../support/prepared-home.ts';
import { rest } from '../../support/rest.ts';
import { allFailpoints } from '../../torture/all-failpoints.ts';
import { lookAt, scheduleOf } from './support/look-at.ts';

const dayMs = 24 * 3_600_000;

/** As if the schedule had begun three days ago and done nothing since. */
function missThreeDays(home: string): void {
  using settings = openSettings(home);
  writeState(settings, begun(new Date(Date.now() - 3 * dayMs).toISOString(), null));
}

const shown = (engine: RunningEngine) =>
  rest(engine, 'GET', '/backups/schedule') as Promise<BackupScheduleView>;
const until = (engine: RunningEngine, outcome: string) =>
  waitFor(`a snapshot that is ${outcome}`, async () => {
    const view = await shown(engine);
    return view.last?.outcome === outcome && view;
  });

test('what occurred while no engine ran is made up once at the next start, is listed as made by schedule, and is pruned by its retention alone', async () => {
  await using prepared = await preparedHome();
  const { home } = prepared;
  const byHand = await (async () => {
    await using engine = await startEngine(home);
    expect(await rest(engine, 'GET', '/backups/schedule')).toMatchObject({
      ...{ on: true, cron: '0 3 * * *', keep: { last: 3, daily: 7, weekly: 4, monthly: 6 } },
      ...{ last: null, newest: null, warning: null, next: { length: 3 } },
    });
    const refused = await runCli(home, ['backup', 'schedule', 'set', '--cron', '0 0 30 2 *', '--json']);
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('SCHEDULE_NEVER_OCCURS') });
    await cliJson(home, ['backup', 'schedule', 'set', '--zone', 'Asia/Seoul', '--cron', '30 4 * * *']);
    // Nothing was made in this home yet.
    missThreeDays(home);
    await rest(engine, 'POST', '/backups/schedule', { keep: { last: 1 } });
    await until(engine, 'skipped');
    await rest(engine, 'POST', '/projects', { name: 'p' });
    return (await cliJson<{ id: string }>(home, ['backup', 'create'])).id;
  })();
  missThreeDays(home);
  await using engine = await startEngine(home);
  const { last, next, warning, zone } = await until(engine, 'made');
  expect({ warning, zone }).toEqual({ warning: null, zone: 'Asia/Seoul' });
  expect(last?.occurrence).toMatch(/T19:30:00.000Z$/);
  expect(Date.now() - Date.parse(last?.occurrence ?? '')).toBeLessThan(dayMs);
  expect(next.map((at) => Date.parse(at) - Date.parse(last?.occurrence ?? ''))).toEqual([
    ...[dayMs, 2 * dayMs, 3 * dayMs],
  ]);
  const listed = async () =>
    (await listSnapshots(path.join(home, 'snapshots'))).map(({ id, manifest }) => [id, manifest?.why]);
  expect(await listed()).toEqual([
    [last?.snapshot, 'by schedule'],
    [byHand, 'by hand'],
  ]);
  expect((await runCli(home, ['backup', 'list'], { TRAINYARD_LANG: 'ko' })).stdout).toContain(
    '예약으로 만듦',
  );
  // The next one removes this one, and leaves the one that a person made.
  const none = { last: 0, daily: 0, weekly: 0, monthly: 0 };
  await rest(engine, 'POST', '/backups/schedule', { keep: none });
  using settings = openSettings(home);
  const state = readState(settings) as ScheduleState;
  writeState(settings, { ...state, settled: state.since, done: [] });
  await rest(engine, 'POST', '/backups/schedule', { keep: none });
  const second = await waitFor('the second one', async () => {
    const { snapshot } = (await shown(engine)).last ?? {};
    return snapshot !== last?.snapshot && snapshot;
  });
  await waitFor('the first one to be removed', async () => (await listed()).length === 2);
  expect(await listed()).toEqual([
    [second, 'by schedule'],
    [byHand, 'by hand'],
  ]);
}, 120_000);

test('a restore is waited for, unless it is the one that closes the stores', async () => {
  await using source = await openOwnStores();
  await fill(source.url);
  using settings = openSettings(source.home);
  settings.set('backupSchedule', { zone: 'UTC' });
  writeState(settings, begun('2026-12-01T00:00:00.000Z', null));
  const waits = Promise.withResolvers<void>();
  const { operations, scheduler, clock } = scheduleOf({ ...source, settings }, waits.resolve);
  operations.begin('restore', async () => {
    await waits.promise;
    await scheduler[Symbol.asyncDispose]();
    return { snapshot: null };
  });
  clock.now = '2026-12-01T03:00:00.000Z';
  await scheduler.look();
  await operations.over();
  expect(await listSnapshots(source.snapshots)).toEqual([]);
  expect(readState(settings)).toMatchObject({ attempt: null, settled: '2026-12-01T00:00:00.000Z' });
  await lookAt({ ...source, settings }, ['2026-12-01T03:00:01.000Z']);
  expect((await listSnapshots(source.snapshots)).length).toBe(1);
});

test('where the disk has no room for one like the last, the failure says so with the numbers, and room lets the next attempt make it', async () => {
  await using source = await openOwnStores();
  await fill(source.url);
  const { home, snapshots } = source;
  using settings = openSettings(home);
  settings.set('backupSchedule', { zone: 'UTC' });
  writeState(settings, begun('2026-12-01T00:00:00.000Z', null));
  using disk = new DiskWatch(home, () => [], new ChangeFeed(), pino({ level: 'silent' }));
  const checkRoom = (bytes: number, what: Bilingual) => disk.checkFits('snapshots', bytes + 2 ** 60, what);
  await lookAt({ ...source, settings, checkRoom }, ['2026-12-01T03:00:00.000Z', '2026-12-01T03:00:30.000Z']);
  expect(await listSnapshots(snapshots)).toEqual([]);
  const { last, attempt } = readState(settings) ?? {};
  expect(attempt).toMatchObject({ count: 1, isUnderWay: false });
  expect(last).toMatchObject({ outcome: 'failed', error: { code: 'DISK_FULL' } });
  expect(last?.error?.message).toMatch(/^The scheduled snapshot needs .* does not fit on the disk .* free\)/);
  await lookAt({ ...source, settings }, ['2026-12-01T03:01:00.000Z']);
  expect(readState(settings)).toMatchObject({ attempt: null, last: { outcome: 'made', error: null } });
});

test('an engine that is killed at any step of a scheduled snapshot leads to one more attempt where there is none, and never to a second one', async () => {
  await using source = await openOwnStores();
  await fill(source.url);
  const { url, home, snapshots } = source;
  const worker = fileURLToPath(new URL('./support/schedule-worker.ts', import.meta.url));
  using settings = openSettings(home);
  settings.set('backupSchedule', { zone: 'UTC', keep: { last: 100 } });
  const points = (await allFailpoints()).filter((name) => name.startsWith('backup-schedule.'));
  expect(points.length).toBe(4);
  for (const [index, failpoint] of points.entries()) {
    const at = (time: string) => `2026-12-${index + 10}T${time}.000Z`;
    writeState(settings, begun(at('00:00:00'), readState(settings)));
    const killed = promisify(execFile)(process.execPath, [worker, url, home, snapshots, at('03:00:00')], {
      env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
    });
    await expect(killed, failpoint).rejects.toMatchObject({ signal: 'SIGKILL' });
    // At once, and after the pause.
    await lookAt({ ...source, settings }, [at('03:00:10'), at('03:01:30'), at('03:20:00')]);
    const made = await listSnapshots(snapshots);
    expect(made.length, failpoint).toBe(index + 1);
    expect(readState(settings), failpoint).toMatchObject({
      ...{ settled: at('03:00:00'), attempt: null, last: { outcome: 'made', error: null } },
      made: made.map(({ id }) => id).reverse(),
    });
  }
}, 120_000);
