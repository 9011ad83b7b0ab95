import { TrainyardError } from '../../../src/shared/errors/error.ts';
import type { ServiceName } from '../../../src/shared/model/stack.ts';
import { makeStack } from './stack.ts';

const onProgress = () => undefined;

/** The cause of a failed start. */
export async function failure(work: Promise<unknown>): Promise<TrainyardError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TrainyardError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** A service's last lines, where the cause has them. */
export const linesOf = ({ details }: TrainyardError) =>
  Array.isArray(details.lines) ? details.lines.join('\n') : '';

/** Starts services of the stack of a state folder. */
export const up = (home: string, services: readonly ServiceName[], environment: NodeJS.ProcessEnv = {}) =>
  makeStack(home, { environment: { ...process.env, ...environment } }).up({ services, onProgress });
