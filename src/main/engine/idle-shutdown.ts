import type { Logger } from 'pino';
import type { BackupOperations } from '../features/backups/operations.ts';
import type { Presence } from '../server/presence.ts';
import type { StoreSupervisor } from './store-supervisor.ts';

const idleCheckIntervalMs = 5000;

/** Stops an engine that was started for some work once the work is done and nobody has been there for `idleStopMs`. */
export function stopWhenIdle(
  idleStopMs: number,
  supervisor: StoreSupervisor,
  operations: Pick<BackupOperations, 'isBusy'>,
  presence: Presence,
  log: Logger,
  stop: () => void,
): Disposable {
  const look = async () => {
    const services = supervisor.open?.services;
    const isBusy = services?.datasets.isBusy || services?.weights.storing.isBusy || operations.isBusy;
    if (presence.absentMs() < idleStopMs || isBusy) return;
    // Without open stores this engine has no work under way.
    const isAtWork =
      services !== undefined && ((await services.hasRuns('running')) || (await services.hasRuns('queued')));
    if (isAtWork || presence.absentMs() < idleStopMs) return;
    log.info({ idleStopMs }, 'nothing is left to do and nobody is here');
    stop();
  };
  const timer = setInterval(
    () => {
      look().catch((error: unknown) => log.warn({ err: error }, 'could not tell whether there is work left'));
    },
    Math.min(idleCheckIntervalMs, idleStopMs),
  );
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
