import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { EngineAddress } from '../../platform/find-engine.ts';

/** The error that an engine ended, or the connection to it did. */
export const gone = ({ url }: EngineAddress, cause: unknown) => fault('ENGINE_GONE', { url }, { cause });

/** The engine ended, or the connection to it did, or another program has its port by now: the same call may succeed on the engine that comes next. */
export function isEngineGone(error: unknown): boolean {
  return error instanceof TrainyardError && /^ENGINE_(GONE|NOT_PROVEN)$/.test(error.code);
}
