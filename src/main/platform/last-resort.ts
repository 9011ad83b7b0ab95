import { fault } from '../../shared/errors/catalogue.ts';
import { errorMessage, type TrainyardError } from '../../shared/errors/error.ts';

/** What a process does with errors that nothing else handled. */
export interface LastResort {
  readonly log: (error: unknown, message: string) => void;
  /** Stops the process cleanly. Null: it is never ended by an error, because others' work hangs on it. */
  readonly end: ((fault: TrainyardError) => void) | null;
}

/** So many that are harmless alone, within a minute, are not harmless together. */
const harmlessPerMinute = 50;
const ofConnections = /^(E[A-Z0-9]+|ERR_(STREAM|HTTP|SOCKET|STDIO)_\w+|HPE_\w+)$/;

/** Whether an error came from the system, as an `error` event that nobody listened for. */
function isOfTheSystem(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'syscall' in error || ('code' in error && ofConnections.test(String(error.code)));
}

/**
 * Keeps a process from being ended by one error that nothing handled, until disposed. The rule:
 * - A rejected promise that nobody awaited: the operation failed as any may, and nothing else was cut off. It is logged; the process goes on.
 * - An error of the system (a socket, a stream, a file: it has a `syscall`, or a code of theirs) that nobody listened for: the
 *   emitter is broken, and whoever uses it finds out; no code was left half done. It is logged; the process goes on.
 * - Anything else was thrown in the middle of a callback, which may have left what it worked on half done. All that counts is
 *   in the database and in files, and a start finds its way from there: `end` is called to end the process cleanly. The same if more
 *   than fifty harmless errors come within a minute.
 * If `end` is null, everything is logged and the process goes on.
 */
export function withLastResort({ log, end }: LastResort): Disposable {
  let harmless = 0;
  let since = 0;
  let isEnding = false;
  const take = (error: unknown, isHarmless: boolean) => {
    if (performance.now() - since > 60_000) [harmless, since] = [0, performance.now()];
    harmless += 1;
    const goesOn = end === null || (isHarmless && harmless <= harmlessPerMinute);
    log(
      error,
      goesOn
        ? 'an error that nothing handled; it goes on'
        : 'an error that nothing handled; it stops cleanly',
    );
    if (goesOn || isEnding) return;
    isEnding = true;
    end(fault('ENGINE_FAULT', { cause: errorMessage(error) }, { cause: error }));
  };
  const rejected = (reason: unknown) => take(reason, true);
  const thrown = (error: unknown) => take(error, isOfTheSystem(error));
  process.on('unhandledRejection', rejected).on('uncaughtException', thrown);
  return {
    [Symbol.dispose]: () => {
      process.off('unhandledRejection', rejected).off('uncaughtException', thrown);
    },
  };
}
