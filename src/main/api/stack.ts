import type { StackOperation, StackState } from '../../shared/contract/stack.ts';
import type { Profile } from '../../shared/model/stack.ts';
import { type ApiContext, api } from './implementer.ts';

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

type Operations = ApiContext['engine']['operations'];

/** Begins a verb; `cursor` is where its events begin. */
function begin(operations: Operations, ...verb: Parameters<Operations['begin']>) {
  const { cursor } = operations;
  return { operation: operations.begin(...verb), cursor };
}

/** The contract's stack. Verbs return at once; `progress` reports how they go on. */
export const stackApi = {
  status: api.stack.status.handler(async ({ context: { engine } }) =>
    withOperation(await engine.stack.status(), engine.profile(), engine.operations.current),
  ),
  up: api.stack.up.handler(({ input: { services, profile }, context: { engine } }) =>
    begin(engine.operations, 'up', services, async (onProgress) => {
      const state = await engine.stack.up({ services, onProgress });
      if (profile) await engine.useProfile(profile);
      return state;
    }),
  ),
  down: api.stack.down.handler(({ input: { services }, context: { engine } }) =>
    begin(engine.operations, 'down', services, (onProgress) => engine.stack.down({ services, onProgress })),
  ),
  restart: api.stack.restart.handler(({ input: { services }, context: { engine } }) =>
    begin(engine.operations, 'restart', services, (onProgress) =>
      engine.stack.restart({ services, onProgress }),
    ),
  ),
  destroy: api.stack.destroy.handler(({ input: { name, services }, context: { engine } }) =>
    begin(engine.operations, 'destroy', services, (onProgress) =>
      engine.stack.destroy({ name, services, onProgress }),
    ),
  ),
  progress: api.stack.progress.handler(async ({ input: { after, waitMs }, context: { engine } }) => {
    const { cursor, events, state } = await engine.operations.progress(after, waitMs);
    const left = state && withOperation(state, engine.profile(), engine.operations.current);
    return { cursor, events: [...events], state: left };
  }),
  usage: api.stack.usage.handler(({ context: { engine } }) => engine.stack.usage()),
  logs: api.stack.logs.handler(async ({ input, context: { engine } }) => {
    const { cursor, lines } = await engine.stackLogs.read(input);
    return { cursor, lines: [...lines] };
  }),
  reveal: api.stack.reveal.handler(({ context: { engine } }) => engine.stack.urls()),
  useProfile: api.stack.useProfile.handler(async ({ input: { profile }, context: { engine } }) => {
    await engine.useProfile(profile);
    return { profile };
  }),
  migrate: api.stack.migrate.handler(({ input: { to, replace }, context: { engine } }) =>
    begin(engine.operations, 'migrate', [], async (onProgress) => {
      await engine.migrate(to, replace, onProgress);
      return null;
    }),
  ),
};
