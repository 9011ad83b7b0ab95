import type { Logger } from 'pino';
import { connectDocker } from './adapters/docker/client.ts';
import { ContainerLogs } from './adapters/docker/container-logs.ts';
import { createUsage } from './adapters/docker/usage.ts';
import { ensureSteps } from './adapters/ensure/steps.ts';
import { probes } from './adapters/probes/probes.ts';
import { StackLogService } from './domain/stack/log-service.ts';
import type { StackService } from './domain/stack/stack-service.ts';
import { createStack, type StackOptions } from './stack.ts';

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
