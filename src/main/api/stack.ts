import type { StackOperation, StackState } from '../../shared/contract/stack.ts';
import type { Profile } from '../../shared/model/stack.ts';
import type { OnProgress } from '../platform/progress.ts';
import type { Stack, StackLogs, StackOperations } from '../stack/ports.ts';
import { api } from './implementer.ts';

export interface StackServices {
  readonly stack: Omit<Stack, 'endpoints'>;
  readonly logs: Pick<StackLogs, 'read'>;
  readonly operations: StackOperations;
  /** Goes over to another profile's stores and keeps the choice. */
  readonly useProfile: (profile: Profile) => Promise<void>;
  /** Copies everything to another profile's stores and goes over to them. */
  readonly migrate: (
    to: Profile,
    options: { readonly replace: boolean; readonly onProgress: OnProgress },
  ) => Promise<void>;
  /** What the engine works with. */
  readonly engineProfile: () => Profile;
}

const statusWhile = {
  up: 'starting',
  restart: 'starting',
  down: 'stopping',
  destroy: 'stopping',
  migrate: null,
} as const;

function withOperation(state: StackState, profile: Profile, operation: StackOperation | null): StackState {
  const meanwhile = operation?.status === 'running' ? statusWhile[operation.verb] : null;
  return { ...state, profile, status: meanwhile ?? state.status, operation };
}

/** The contract's stack, by the services. Verbs answer at once: `progress` tells how they go on. */
export function stackApi({ stack, logs, operations, useProfile, migrate, engineProfile }: StackServices) {
  return {
    status: api.stack.status.handler(async () =>
      withOperation(await stack.status(), engineProfile(), operations.current),
    ),
    up: api.stack.up.handler(({ input: { services, profile } }) => {
      const operation = operations.begin('up', services, async (onProgress) => {
        await stack.up({ services, onProgress });
        if (profile) await useProfile(profile);
      });
      return { operation };
    }),
    down: api.stack.down.handler(({ input: { services } }) => ({
      operation: operations.begin(
        'down',
        services,
        async (onProgress) => void (await stack.down({ services, onProgress })),
      ),
    })),
    restart: api.stack.restart.handler(({ input: { services } }) => ({
      operation: operations.begin('restart', services, async (onProgress) => {
        await stack.restart({ services, onProgress });
      }),
    })),
    destroy: api.stack.destroy.handler(({ input: { name, services } }) => ({
      operation: operations.begin('destroy', services, async (onProgress) => {
        await stack.destroy({ name, services, onProgress });
      }),
    })),
    progress: api.stack.progress.handler(async ({ input: { after, waitMs } }) => {
      const { cursor, events } = await operations.progress(after, waitMs);
      return { cursor, events: [...events] };
    }),
    usage: api.stack.usage.handler(() => stack.usage()),
    logs: api.stack.logs.handler(async ({ input }) => {
      const { cursor, lines } = await logs.read(input);
      return { cursor, lines: [...lines] };
    }),
    reveal: api.stack.reveal.handler(() => stack.urls()),
    useProfile: api.stack.useProfile.handler(async ({ input: { profile } }) => {
      await useProfile(profile);
      return { profile };
    }),
    migrate: api.stack.migrate.handler(({ input: { to, replace } }) => ({
      operation: operations.begin('migrate', [], (onProgress) => migrate(to, { replace, onProgress })),
    })),
  };
}
