import type { Probe } from '../ports.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Logs in and asks for the version. */
export const probeMongo: Probe = async ({ mongo }, signal) => {
  if (!mongo) throw new TypeError('these endpoints have no MongoDB');
  const { createClient } = await import('../../stores/documents/mongo/client.ts');
  const { client, database } = createClient(mongo, {
    // Whoever probes asks again: a server that is not there is to be said at once.
    serverSelectionTimeoutMS: 1000,
    connectTimeoutMS: 1000,
    serverMonitoringMode: 'poll',
    maxPoolSize: 1,
    retryReads: false,
  });
  try {
    const answer = async () => {
      // Needs the credentials, which asking for the version does not.
      await client.db(database).listCollections({}, { nameOnly: true }).hasNext();
      return await client.db('admin').command({ buildInfo: 1 });
    };
    const { version } = await unlessAborted(answer(), signal);
    return String(version);
  } finally {
    const closed = client.close(true);
    // A connection that is being made to a silent server goes after its own second; who was told to end does not wait for that.
    if (signal.aborted) closed.catch(() => {});
    else await closed;
  }
};
