import type { Pool } from 'pg';
import { parseJsonb, stringifyJsonb } from '../../postgres/jsonb-text.ts';
import { postgresChannel } from '../pubsub/channel-names.ts';
import type { Listener } from '../pubsub/postgres/listener.ts';
import type { Queue, QueueMessage } from './ports.ts';

interface MessageRow {
  readonly id: string;
  readonly body: string;
  readonly receipt: string;
}

const sendMessage = `WITH added AS (
    INSERT INTO kv_queue (queue, id, body, visible_at) VALUES ($1, $2, $3::jsonb, clock_timestamp())
    ON CONFLICT (queue, id) DO NOTHING RETURNING 1)
  SELECT pg_notify($4, '') FROM added`;

/** MATERIALIZED: the oldest message is looked for, and locked, exactly once. */
const receiveMessage = `WITH oldest AS MATERIALIZED (
    SELECT id FROM kv_queue WHERE queue = $1 AND visible_at <= clock_timestamp()
    ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED)
  UPDATE kv_queue AS q SET deliveries = q.deliveries + 1, receipt = gen_random_uuid(),
    visible_at = clock_timestamp() + $2::bigint * interval '1 millisecond'
  FROM oldest WHERE q.queue = $1 AND q.id = oldest.id
  RETURNING q.id, q.body::text AS body, q.receipt`;

const acknowledgeMessage = 'DELETE FROM kv_queue WHERE queue = $1 AND id = $2 AND receipt = $3';

/** The queue on PostgreSQL's table `kv_queue`. Waiters are woken by NOTIFY and by one timer for the next visibility time that ends. */
export function createQueue(pool: Pool, listener: Listener): Queue {
  /** Milliseconds until a message is there, as long as nobody sends or takes one; Infinity where none is queued. */
  const nextVisible = async (queue: string): Promise<number> => {
    const { rows } = await pool.query<{ left: number | null }>(
      `SELECT ceil(extract(epoch FROM min(visible_at) - clock_timestamp()) * 1000)::float8 AS left
       FROM kv_queue WHERE queue = $1`,
      [queue],
    );
    return rows[0]?.left ?? Number.POSITIVE_INFINITY;
  };
  return {
    send: async (queue, { id, body }) => {
      await pool.query(sendMessage, [queue, id, stringifyJsonb(body), wakeChannel(queue)]);
    },
    receive: async (queue, visibilityMs) => {
      const { rows } = await pool.query<MessageRow>(receiveMessage, [queue, visibilityMs]);
      const [row] = rows;
      if (!row) return null;
      const { id, body, receipt } = row;
      return {
        id,
        body: parseJsonb(body) as QueueMessage['body'],
        acknowledge: async () => (await pool.query(acknowledgeMessage, [queue, id, receipt])).rowCount === 1,
      };
    },
    wait: async (queue, timeoutMs) => {
      const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
      // First listen, then look: what is sent in between is seen by one of the two.
      await using _listening = await listener.listen(wakeChannel(queue), () => wake());
      const visibleInMs = await nextVisible(queue);
      if (visibleInMs <= 0) return;
      const timer = setTimeout(wake, Math.min(timeoutMs, visibleInMs));
      await woken;
      clearTimeout(timer);
    },
  };
}

/** Not a channel of pub/sub: its payloads are empty. */
function wakeChannel(queue: string): string {
  return postgresChannel(`queue:${queue}:news`);
}
