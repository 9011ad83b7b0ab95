import type { Logger } from 'pino';
import { errorMessage } from '../../shared/errors/error.ts';
import type { Readiness } from '../server/probes.ts';
import type { Stores } from '../stores/profiles/stores.ts';
import { type Services, type ServicesParts, wire } from './services.ts';

const sweepEveryMs = 30_000;

/** What an engine does with one profile's stores: from their opening to their closing. */
export interface OpenServices extends AsyncDisposable {
  readonly stores: Stores;
  readonly services: Services;
  /** Takes over what earlier engines left under way, and begins to work. */
  start(): Promise<void>;
  readiness(): Promise<Readiness>;
}

/** Every so often: what has expired goes, next month's metrics get their place, and months that are not kept any more are detached. */
function sweep({ pool, documents, cache }: Stores, { metricMonths }: Services, log: Logger): Disposable {
  const timer = setInterval(() => {
    const chores = [
      documents.removeExpired(),
      cache.sweep(),
      pool.query("SELECT ensure_metrics_partitions(now(), now() + interval '1 month')"),
      metricMonths.sweep(),
    ];
    void Promise.allSettled(chores).then((results) => {
      for (const result of results) {
        if (result.status === 'rejected')
          log.warn({ err: result.reason }, 'a chore has to wait for the next time');
      }
    });
  }, sweepEveryMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** What the database is, and how it came to be there. @param open null while the stores are not there */
export async function describeDatabase(open: OpenServices | null) {
  if (!open)
    return {
      version: '–',
      revision: null,
      head: '–',
      how: 'away' as const,
      message: 'The stores are not open.',
    };
  const { pool, schema, database } = open.stores;
  const { rows } = await pool.query("SELECT current_setting('server_version') AS version");
  const { revision, head } = await schema.current();
  const { how, message } = database();
  return { version: String(rows[0]?.version), revision, head, how, message };
}

/** Puts the services on the stores, which it owns from now on: they are closed with it, or at once where this fails. */
export async function openServices(stores: Stores, parts: ServicesParts): Promise<OpenServices> {
  await using stack = new AsyncDisposableStack();
  stack.use(stores);
  const services = await wire(stores, parts);
  stack.defer(() => services.close());
  stack.use(sweep(stores, services, parts.log));
  const opened = stack.move();
  return {
    stores,
    services,
    start: async () => {
      await services.runs.loop.start();
      void services.artifacts.sweep();
      await services.datasets.imports.resume();
      await services.weights.storing.resume();
      await services.jobs.start();
      services.startBackups();
    },
    readiness: async () => {
      try {
        await stores.pool.query('SELECT 1');
        return { ready: true, checks: { database: { ok: true, message: stores.database().message } } };
      } catch (error) {
        const message = errorMessage(error);
        return { ready: false, checks: { database: { ok: false, message } } };
      }
    },
    [Symbol.asyncDispose]: () => {
      stores.expectEnd();
      return opened.disposeAsync();
    },
  };
}
