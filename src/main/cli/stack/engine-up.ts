import type { StackState } from '../../../shared/contract/stack.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import { type EngineAddress, findEngine } from '../../platform/find-engine.ts';
import type { OnProgress } from '../../platform/progress.ts';

const waitMs = 10_000;

/** What this shell says of Docker and of the stack, in the variables that a stack reads; the engine has those of its own start. */
const ofTheStack = /^(?:DOCKER_.+|TRAINYARD_\w+_(?:IMAGE|MEMORY))$/;

/** The engine of a state folder, where one runs that would do to its stack the same as this process; else null. */
export function findEngineFor(home: string): EngineAddress | null {
  return Object.keys(process.env).some((name) => ofTheStack.test(name)) ? null : findEngine(home);
}

/** The engine ended, or does something else with the stack: this process goes on, and waits for its turn. */
const passes = (error: unknown) =>
  error instanceof TrainyardError && /^(?:ENGINE_GONE|ENGINE_NOT_PROVEN|STACK_BUSY)$/.test(error.code);

/**
 * Has the engine bring services up; null where it could not be asked.
 * @throws TrainyardError with the cause
 */
export async function upByEngine(
  engine: EngineAddress,
  services: readonly ServiceName[],
  onProgress: OnProgress,
): Promise<StackState | null> {
  try {
    const { connect } = await import('../lib/client.ts');
    using client = await connect(engine);
    const { stack } = client.api;
    const { operation, cursor } = await stack.up({ services: [...services] });
    for (let after = cursor; ; ) {
      const answer = await stack.progress({ after, waitMs });
      after = answer.cursor;
      for (const event of answer.events) {
        if (event.operation !== operation.id) continue;
        if (event.type !== 'begin' && event.type !== 'end') onProgress(event);
        if (event.type !== 'end') continue;
        const { cause } = event;
        if (cause) throw TrainyardError.from(cause, { details: { lines: cause.lines } });
        return answer.state ?? (await stack.status());
      }
    }
  } catch (error) {
    if (passes(error)) return null;
    throw error;
  }
}
