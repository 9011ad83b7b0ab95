import type pg from 'pg';
import type { Logger } from 'pino';
import type { EmbeddedPostgres } from './adapters/embedded/postgres/embedded-postgres.ts';
import type { Presence } from './server/presence.ts';
import type { Services } from './wiring.ts';

export interface HousekeepingParts {
  readonly postgres: EmbeddedPostgres;
  readonly pool: pg.Pool;
  readonly services: Services;
  readonly presence: Presence;
  readonly log: Logger;
  /** Null: never stop by itself. */
  readonly idleStopMs: number | null;
  readonly stop: () => void;
}

const sweepEveryMs = 30_000;
const lookForIdleEveryMs = 5000;
const longestPauseMs = 30_000;

/** Starts PostgreSQL again when it dies, with a pause that grows; the pool and the loops find it by themselves. */
function reviveDatabase({ postgres, log }: HousekeepingParts): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const revive = async (pauseMs: number): Promise<void> => {
    try {
      const report = await postgres.restart();
      log.info(report, report.message);
    } catch (error) {
      if (over) return;
      log.error({ err: error, pauseMs }, 'PostgreSQL does not start; trying again');
      timer = setTimeout(() => void revive(Math.min(longestPauseMs, pauseMs * 2)), pauseMs);
    }
  };
  const forget = postgres.onExit((exit) => {
    log.error(exit, 'PostgreSQL ended though nobody stopped it; starting it again');
    if (!over) void revive(250);
  });
  return {
    [Symbol.dispose]: () => {
      over = true;
      clearTimeout(timer);
      forget();
    },
  };
}

/** Every so often: what has expired goes, and next month's metrics get their place. */
function sweep({ services, pool, log }: HousekeepingParts): Disposable {
  const timer = setInterval(() => {
    const chores = [
      services.documents.removeExpired(),
      services.sweepCache(),
      pool.query("SELECT ensure_metrics_partitions(now(), now() + interval '1 month')"),
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

/** Stops an engine that was started for some work once the work is done and nobody has been there for a while. */
function leaveWhenIdle({ services, presence, log, idleStopMs, stop }: HousekeepingParts): Disposable {
  if (idleStopMs === null) return { [Symbol.dispose]: () => {} };
  const look = async () => {
    if (presence.absentMs() < idleStopMs || services.datasets.isBusy) return;
    const [running, queued] = await Promise.all([
      services.countRuns('running'),
      services.countRuns('queued'),
    ]);
    if (running + queued > 0 || presence.absentMs() < idleStopMs) return;
    log.info({ idleStopMs }, 'nothing is left to do and nobody is here');
    stop();
  };
  const timer = setInterval(
    () => {
      look().catch((error: unknown) => log.warn({ err: error }, 'could not tell whether there is work left'));
    },
    Math.min(lookForIdleEveryMs, idleStopMs),
  );
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** What an engine does beside answering. Disposing ends all of it. */
export function keepHouse(parts: HousekeepingParts): Disposable {
  const stack = new DisposableStack();
  stack.use(reviveDatabase(parts));
  stack.use(sweep(parts));
  stack.use(leaveWhenIdle(parts));
  return stack;
}
