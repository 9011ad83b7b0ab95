import { expect, test } from 'vitest';
import { connect } from '../postgres/schema/catalog.ts';
import { cliJson, runCli, temporaryHome } from '../support/engine.ts';
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
