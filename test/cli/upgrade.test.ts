import { expect, test } from 'vitest';
import type { UpgradePlan } from '../../src/shared/model/upgrade.ts';
import { cliJson, runCli } from '../support/engine.ts';
import { preparedHome } from '../support/prepared-home.ts';

interface State {
  readonly revision: string;
  readonly head: string;
}

test('a plan names the revisions that the database is behind with, and changes nothing', async () => {
  await using place = await preparedHome();
  expect(await cliJson(place.home, ['upgrade', 'plan'])).toMatchObject({ way: null, changes: [] });
  const { revision, head } = await cliJson<State>(place.home, ['db', 'downgrade', '-1']);
  const plan = await cliJson<UpgradePlan>(place.home, ['upgrade', 'plan']);
  expect(plan).toMatchObject({
    ...{ profile: 'embedded', way: 'in-place', databaseRead: true, runsUnderWay: 0 },
    changes: [{ what: 'schema', from: revision, to: head, revisions: [head], way: 'in-place' }],
  });
  expect(plan.estimatedMs).toBeGreaterThan(0);
  expect(plan.room[0]?.neededBytes).toBeGreaterThan(0);
  expect((await runCli(place.home, ['upgrade', 'plan'])).stdout).toContain(`revisions ${head}`);
  expect(await cliJson(place.home, ['db', 'current'])).toMatchObject({ revision });
});
