import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import type { BinaryCopy } from '../../postgres/binary-copy.ts';
import { CopyIn } from '../../postgres/copy-in.ts';

/** Rows that are made before PostgreSQL has taken those before them: it never waits for a chunk to be filled. */
const aheadBytes = 1024 * 1024;

/**
 * Runs a COPY … FROM STDIN (FORMAT binary).
 * @param fill writes rows, as many as it likes at a time; PostgreSQL works on them while it writes the next. It answers false once
 *   there are no more.
 */
export async function copyRows(
  client: pg.PoolClient,
  table: string,
  columns: readonly string[],
  rows: BinaryCopy,
  fill: () => boolean,
): Promise<void> {
  const stream = client.query(new CopyIn(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`));
  const done = finished(stream);
  // Whoever waits for `drain` below hears of a failure by the same error.
  done.catch(() => undefined);
  try {
    while (!stream.destroyed && fill()) {
      for (const chunk of rows.take()) stream.write(chunk);
      if (stream.writableLength < aheadBytes) await new Promise(setImmediate);
      else await Promise.race([once(stream, 'drain'), done]);
    }
    if (!stream.destroyed) {
      for (const chunk of rows.end()) stream.write(chunk);
      stream.end();
    }
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  await done;
}
