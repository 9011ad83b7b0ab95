import type { Pool } from 'pg';
import { toJsonText } from '../../platform/json-text.ts';
import { fromJsonbText, toJsonbText } from '../../postgres/jsonb-text.ts';
import { postgresChannel } from '../pubsub/postgres/channel-name.ts';
import type { Listener } from '../pubsub/postgres/listener.ts';
import { checkDuration, checkMessageId, checkQueue, invalidMessage } from './checks.ts';
import type { Queue, QueueMessage, ReceivedMessage } from './ports.ts';

interface MessageRow {
  readonly id: string;
  readonly body: string;
  readonly deliveries: number;
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
  RETURNING q.id, q.body::text AS body, q.deliveries, q.receipt`;

const releaseMessage = `WITH released AS (
    UPDATE kv_queue SET visible_at = clock_timestamp(), receipt = NULL WHERE queue = $1 AND id = $2 AND receipt = $3 RETURNING 1)
  SELECT pg_notify($4, '') FROM released`;

/** The queue on PostgreSQL's table `kv_queue`. Waiters are woken by NOTIFY and by one timer for the next visibility time that ends. */
export function createQueue(pool: Pool, listener: Listener): Queue {
  return new PostgresQueue(pool, listener);
}

class PostgresQueue implements Queue {
  private readonly pool: Pool;
  private readonly listener: Listener;

  constructor(pool: Pool, listener: Listener) {
    this.pool = pool;
    this.listener = listener;
  }

  async send(queue: string, { id, body }: QueueMessage): Promise<void> {
    checkQueue(queue);
    checkMessageId(id);
    const json = toJsonText(body);
    if ('fault' in json) throw invalidMessage(`the body of ${id}: ${json.fault.field} ${json.fault.reason}`);
    await this.pool.query(sendMessage, [queue, id, toJsonbText(json.text), wakeChannel(queue)]);
  }

  async receive(queue: string, visibilityMs: number): Promise<ReceivedMessage | null> {
    checkQueue(queue);
    checkDuration('a visibility time', visibilityMs);
    const { rows } = await this.pool.query<MessageRow>(receiveMessage, [queue, visibilityMs]);
    const [row] = rows;
    if (!row) return null;
    const { id, deliveries, receipt } = row;
    return {
      id,
      body: fromJsonbText(row.body),
      deliveries,
      acknowledge: () => this.acknowledge(queue, id, receipt),
      release: () => this.release(queue, id, receipt),
    };
  }

  async wait(queue: string, timeoutMs: number): Promise<void> {
    checkQueue(queue);
    checkDuration('a wait', timeoutMs);
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // First listen, then look: what is sent in between is seen by one of the two.
    await using _listening = await this.listener.listen(wakeChannel(queue), () => wake());
    const visibleInMs = await this.nextVisible(queue);
    if (visibleInMs <= 0) return;
    const timer = setTimeout(wake, Math.min(timeoutMs, visibleInMs));
    await woken;
    clearTimeout(timer);
  }

  async length(queue: string): Promise<number> {
    checkQueue(queue);
    const { rows } = await this.pool.query<{ count: string }>(
      'SELECT count(*) FROM kv_queue WHERE queue = $1',
      [queue],
    );
    return Number(rows[0]?.count);
  }

  /** Milliseconds until a message is there, as long as nobody sends or takes one; Infinity where none is queued. */
  private async nextVisible(queue: string): Promise<number> {
    const { rows } = await this.pool.query<{ left: number | null }>(
      `SELECT ceil(extract(epoch FROM min(visible_at) - clock_timestamp()) * 1000)::float8 AS left
       FROM kv_queue WHERE queue = $1`,
      [queue],
    );
    return rows[0]?.left ?? Number.POSITIVE_INFINITY;
  }

  private async acknowledge(queue: string, id: string, receipt: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'DELETE FROM kv_queue WHERE queue = $1 AND id = $2 AND receipt = $3',
      [queue, id, receipt],
    );
    return rowCount === 1;
  }

  private async release(queue: string, id: string, receipt: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(releaseMessage, [queue, id, receipt, wakeChannel(queue)]);
    return rowCount === 1;
  }
}

/** Not a channel of pub/sub: its payloads are empty. */
function wakeChannel(queue: string): string {
  return postgresChannel(`queue:${queue}:news`);
}
