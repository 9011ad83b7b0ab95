import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../postgres/schema/catalog.ts';
import { cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { createTestDatabase } from '../support/postgres.ts';

interface State {
  readonly revision: string | null;
  readonly head: string;
  readonly done?: readonly string[];
}

test('a server anywhere goes up, is asked, and goes back to nothing', async () => {
  await using place = await temporaryHome();
  await using database = await createTestDatabase('empty');
  const at = ['--database-url', database.url];
  const { head } = await cliJson<State>(place.home, ['db', 'current', ...at]);
  const up = await cliJson<State>(place.home, ['db', 'upgrade', ...at]);
  expect(up).toMatchObject({ revision: head, head });
  expect(up.done?.length).toBeGreaterThan(0);
  const history = await cliJson<{ revisions: { appliedAt: string | null }[] }>(place.home, [
    'db',
    'history',
    ...at,
  ]);
  expect(history.revisions.every(({ appliedAt }) => appliedAt !== null)).toBe(true);
  expect(await cliJson<State>(place.home, ['db', 'downgrade', '-1', ...at])).toMatchObject({ done: [head] });
  expect(await cliJson<State>(place.home, ['db', 'downgrade', 'base', ...at])).toMatchObject({
    revision: null,
  });
});

test('a check ends with 1 where something was changed by hand, and prints the SQL that puts it right', async () => {
  await using place = await temporaryHome();
  await using database = await createTestDatabase();
  await using client = await connect(database.url);
  const check = ['db', 'check', '--database-url', database.url];
  expect(await cliJson(place.home, check)).toMatchObject({ ok: true, drift: [] });
  await client.query('DROP INDEX idx_workflows_status');
  const { code, stdout } = await runCli(place.home, [...check, '--json']);
  expect(code).toBe(1);
  const command = 'CREATE INDEX idx_workflows_status ON public.workflows USING btree (status)';
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    drift: [
      {
        ...{ kind: 'index', name: 'workflows.idx_workflows_status', change: 'missing', losesData: false },
        ...{ message: 'The index workflows.idx_workflows_status is missing.', commands: [command] },
      },
    ],
  });
  const words = await runCli(place.home, check);
  expect(words.stdout).toBe(`The index workflows.idx_workflows_status is missing.\n  ${command};\n`);
  expect(words.code).toBe(1);
});

test('the state folder’s own database is started for the command and stopped after it', async () => {
  await using place = await temporaryHome();
  const up = await cliJson<State>(place.home, ['db', 'upgrade']);
  expect(up.revision).toBe(up.head);
  expect(await cliJson<State>(place.home, ['db', 'current'])).toMatchObject({ revision: up.head });
  const { stdout } = await runCli(place.home, ['doctor', '--json']);
  expect(stdout).toContain('LEFTOVERS_NONE');
});

interface Change extends State {
  readonly snapshot: string | null;
}

test('a snapshot comes before revisions that change data: of the command, and of the engine that starts; where none can be made nothing is changed', async () => {
  await using place = await temporaryHome();
  const { home } = place;
  {
    await using engine = await startEngine(home);
    await cliJson(home, ['project', 'create', 'kept']);
    const running = await runCli(home, ['db', 'downgrade']);
    expect(running).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${engine.pid}`) });
  }
  const down = await cliJson<Change>(home, ['db', 'downgrade', '0090']);
  expect(down.revision).toBe('0090');
  const snapshots = path.join(home, 'snapshots');
  await rename(snapshots, `${snapshots}-aside`);
  await writeFile(snapshots, 'in the way');
  const refused = await runCli(home, ['serve', '--json']);
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: { code: 'SNAPSHOT_BEFORE_REVISION', hint: expect.stringContaining('db upgrade --no-snapshot') },
  });
  const still = await runCli(home, ['db', 'upgrade']);
  expect(still).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed.') });
  expect(await cliJson<State>(home, ['db', 'current'])).toMatchObject({ revision: '0090' });
  await rm(snapshots);
  await rename(`${snapshots}-aside`, snapshots);
  await using _engine = await startEngine(home);
  const { snapshots: made } = await cliJson<{ snapshots: { snapshot: { id: string; why: string } }[] }>(
    home,
    ['backup', 'list'],
  );
  expect(made.map(({ snapshot }) => snapshot.why)).toEqual([
    'before revision 0100',
    'before taking back revision 0140–0100',
  ]);
  expect(made[1]?.snapshot.id).toBe(down.snapshot);
  expect(await cliJson(home, ['project', 'list'])).toMatchObject({ projects: [{ name: 'kept' }] });
});
