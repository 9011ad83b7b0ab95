import { createPool } from '../../../../../src/main/postgres/pool.ts';
import { Listener } from '../../../../../src/main/stores/pubsub/postgres/listener.ts';
import { createPubSub } from '../../../../../src/main/stores/pubsub/postgres/pubsub.ts';
import { createStage } from '../../support/stage.ts';
import { driverOf, untilConnected } from './temporal-world.ts';

/**
 * An engine of a test, in a process of its own: it moves the runs of a database until it is told to end, and may be killed anywhere.
 * Its arguments are the database, the folder of its run directories, its machine, and Temporal's address. It says `connected`.
 */
const [url = '', folder = '', machineId = '', address = ''] = process.argv.slice(2);
const pool = createPool({ url }, { max: 2 });
const listener = new Listener(pool, () => {});
const pubSub = createPubSub(pool, listener, () => {});
const log = { info: () => {}, warn: () => {} };
const driver = driverOf({ address, namespace: 'default', apiKey: null, tls: null }, machineId, log);
const stage = createStage({ url, folder, machineId, pubSub, driver: () => driver });
await stage.runs.loop.start();
await untilConnected(driver);
process.stdout.write('connected\n');
process.once('SIGTERM', async () => {
  await stage[Symbol.asyncDispose]();
  await listener[Symbol.asyncDispose]();
  await pool.end();
});
