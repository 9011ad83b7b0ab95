import { expect, test } from 'vitest';
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

test('the state folder’s own database is started for the command and stopped after it', async () => {
  await using place = await temporaryHome();
  const up = await cliJson<State>(place.home, ['db', 'upgrade']);
  expect(up.revision).toBe(up.head);
  expect(await cliJson<State>(place.home, ['db', 'current'])).toMatchObject({ revision: up.head });
  const { stdout } = await runCli(place.home, ['doctor', '--json']);
  expect(stdout).toContain('LEFTOVERS_NONE');
});
