import { randomUUID } from 'node:crypto';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { openJobs } from './open-jobs.ts';
import { openStores } from './stores.ts';

/**
 * An engine's part on jobs in a process that may be killed: takes what is queued, starts what it is told to, and waits for all of it.
 * Arguments: database URL, state folder, what to start as JSON; with `stop` it takes the job, gives it back and ends.
 */
const [databaseUrl, home, told, stop] = process.argv.slice(2);
if (!databaseUrl || !home || !told) throw new Error('the database, the state folder and a job are wanted');
await using stores = await openStores(databaseUrl, home);
await using jobs = openJobs({ ...stores, leaseMs: 600 });
if (!stop) await jobs.start();
const { id } = await jobs.service.start(localOwnerId, JSON.parse(told));
if (stop) {
  const claim = randomUUID();
  await jobs.claims.claim({ jobId: id, claim, round: 1, worker: 'stopping', leaseMs: 600 });
  await jobs.claims.giveBack(id, claim);
} else {
  console.log(JSON.stringify(await jobs.service.show(localOwnerId, id, 30_000)));
}
