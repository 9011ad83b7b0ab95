import { afterAll, beforeAll, describe } from 'vitest';
import { runAgainContract } from '../runs/contract/again.ts';
import { runCancelContract } from '../runs/contract/cancel.ts';
import { runEnginesContract } from '../runs/contract/engines.ts';
import { runFailureContract } from '../runs/contract/failure.ts';
import { runLifeContract } from '../runs/contract/life.ts';
import { createWorld } from '../runs/support/acts.ts';
import { startServer, type TestServer, withoutServer } from '../support/servers.ts';
import { buildWorkflows, endpointOf, onlyTemporal } from './support/temporal-world.ts';

const reason = withoutServer('temporal');
if (reason) console.info(`skipped: runs driven by Temporal, because ${reason}`);

// The suite that the embedded driver passes in test/runs.
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
