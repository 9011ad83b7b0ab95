import type { Logger } from 'pino';
import { createStack, type StackOptions } from './create-stack.ts';
import { connectDocker } from './docker/client.ts';
import { ContainerLogs } from './docker/container-logs.ts';
import { createUsage } from './docker/usage.ts';
import { ensureSteps } from './ensure/steps.ts';
import { StackLogService } from './log-service.ts';
import { probes } from './probes/probes.ts';
import type { StackService } from './stack-service.ts';

export interface LocalStack extends AsyncDisposable {
  readonly stack: StackService;
  readonly logs: StackLogService;
}

/**
 * The stack of a state folder with everything that the product makes of it, for the engine and for commands that need none. Nothing is
 * asked before the first call. @throws TrainyardError DOCKER_ADDRESS_INVALID, STACK_SETTING_INVALID
 */
export function openLocalStack(
  options: Pick<StackOptions, 'home' | 'environment' | 'profile' | 'images'> & {
    readonly log: Pick<Logger, 'info'>;
  },
): LocalStack {
  const connection = connectDocker(options.environment);
  const stack = createStack({
    ...options,
    probes,
    steps: ensureSteps,
    usage: createUsage(connection.docker),
  });
  const logs = new StackLogService(
    new ContainerLogs(connection, async () => (await stack.identity())?.id ?? null),
  );
  return { stack, logs, [Symbol.asyncDispose]: () => logs[Symbol.asyncDispose]() };
}
