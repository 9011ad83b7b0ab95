import { afterAll, beforeAll, describe } from 'vitest';
import { startServer, type TestServer, withoutServer } from '../../../support/servers.ts';
import { runAgainContract } from '../contract/again.ts';
import { runCancelContract } from '../contract/cancel.ts';
import { runEnginesContract } from '../contract/engines.ts';
import { runFailureContract } from '../contract/failure.ts';
import { runLifeContract } from '../contract/life.ts';
import { createWorld } from '../support/acts.ts';
import { buildWorkflows, endpointOf, onlyTemporal } from './support/temporal-world.ts';

const reason = withoutServer('temporal');
if (reason) console.info(`skipped: runs driven by Temporal, because ${reason}`);

// The suite that the embedded driver passes in test/features/runs.
describe.skipIf(reason)('runs driven by Temporal', () => {
  let server: TestServer;
  beforeAll(async () => {
    await buildWorkflows();
    server = await startServer('temporal');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const createDriven: typeof createWorld = (options) =>
    createWorld({ ...options, driver: (machineId, log) => onlyTemporal(endpointOf(server), machineId, log) });
  runLifeContract(createDriven);
  runCancelContract(createDriven);
  runAgainContract(createDriven);
  runFailureContract(createDriven);
  runEnginesContract(createDriven);
});
