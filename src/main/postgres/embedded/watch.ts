import pg from 'pg';
import { BackOff, pause } from '../../platform/waiting.ts';
import { clientConfig, type PostgresAddress } from '../pool.ts';
import type { Postmaster } from './launch.ts';

/**
 * Calls `ended` once when the server is gone. The system reports the end of a child; for an adopted server a connection
 * is held, which breaks when it dies. Returns a function that stops watching.
 */
export function watchPostmaster(
  postmaster: Postmaster,
  connection: PostgresAddress,
  isAlive: () => boolean,
  ended: () => void,
): () => void {
  const { child } = postmaster;
  if (child) {
    child.once('exit', ended);
    return () => child.off('exit', ended);
  }
  const stopped = new AbortController();
  void watchByConnection(connection, isAlive, ended, stopped.signal);
  return () => stopped.abort();
}

async function watchByConnection(
  connection: PostgresAddress,
  isAlive: () => boolean,
  ended: () => void,
  stopped: AbortSignal,
): Promise<void> {
  // A connection also breaks when a backend crashes and the server starts over within: then look again.
  for (const backOff = new BackOff(50, 2000); !stopped.aborted; ) {
    const client = new pg.Client({ ...clientConfig(connection), application_name: 'trainyard watch' });
    const broken = new Promise<void>((resolve) => {
      client.once('end', resolve);
      client.on('error', () => resolve());
    });
    const quit = new Promise<void>((resolve) => {
      stopped.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      await client.connect();
      backOff.reset();
      await Promise.race([broken, quit]);
    } catch (error) {
      if (stopped.aborted) return;
      if (!(error instanceof Error)) throw error;
    }
    await client.end();
    if (stopped.aborted) return;
    if (!isAlive()) return ended();
    await pause(backOff.next(), stopped);
  }
}
