import { connectDocker } from '../docker/client.ts';
import { ContainerLogs } from '../docker/container-logs.ts';
import { StackLogService } from '../logs/log-service.ts';
import { makeContext, type StackOptions } from './context.ts';
import { StackService } from './stack-service.ts';

export interface LocalStack extends AsyncDisposable {
  readonly stack: StackService;
  readonly logs: StackLogService;
}

/**
 * The stack of a state folder with everything that the product makes of it, for the engine and for commands that need none. Nothing is
 * asked or made before the first call.
 * @throws TrainyardError DOCKER_ADDRESS_INVALID, DOCKER_CONTEXT_UNKNOWN, STACK_SETTING_INVALID
 */
export function openLocalStack(options: StackOptions): LocalStack {
  const connection = connectDocker(options.environment);
  const stack = new StackService(makeContext(connection, options));
  const stackId = async () => (await stack.identity())?.id ?? null;
  const logs = new StackLogService(new ContainerLogs(connection, stackId));
  return { stack, logs, [Symbol.asyncDispose]: () => logs[Symbol.asyncDispose]() };
}
