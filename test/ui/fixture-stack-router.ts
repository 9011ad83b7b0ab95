import { ORPCError } from '@orpc/server';
import { type ServiceName, serviceNames } from '../../src/shared/model/stack.ts';
import { os } from './fixture-api.ts';
import { fixtureUrls } from './fixture-stack-data.ts';
import type { FixtureState } from './fixture-state.ts';

function daemonDown(): ORPCError<'DOCKER_NOT_RUNNING', { hint: string; place: object }> {
  return new ORPCError('DOCKER_NOT_RUNNING', {
    status: 503,
    message: 'Docker does not answer at unix:///var/run/docker.sock',
    data: { hint: 'Start it: sudo systemctl start docker', place: {} },
  });
}

const chosen = (services: readonly ServiceName[]) => (services.length > 0 ? services : serviceNames);

/** The stack in memory: verbs begin an operation, and the test tells how it goes on. */
export function fixtureStackRouter(state: FixtureState) {
  const { stack } = state;
  const asked = () => {
    if (stack.daemonDown) throw daemonDown();
    return stack;
  };
  const free = () => {
    if (asked().state.operation?.status === 'running') {
      throw new ORPCError('STACK_BUSY', {
        status: 409,
        message: 'An operation is under way',
        data: { hint: 'Wait until it is done.', place: {} },
      });
    }
    return stack;
  };
  const begin = (...operation: Parameters<typeof stack.begin>) => {
    const cursor = stack.events.length;
    return { operation: free().begin(...operation), cursor };
  };
  return {
    status: os.stack.status.handler(() => asked().state),
    up: os.stack.up.handler(({ input }) => begin('up', chosen(input.services))),
    down: os.stack.down.handler(({ input }) => begin('down', chosen(input.services))),
    restart: os.stack.restart.handler(({ input }) => begin('restart', chosen(input.services))),
    destroy: os.stack.destroy.handler(({ input }) => {
      if (input.name !== stack.state.name) {
        throw new ORPCError('STACK_NAME_WRONG', {
          status: 400,
          message: `The stack is not called ${input.name}`,
          data: { hint: 'Type its name.', place: { field: 'name' } },
        });
      }
      return begin('destroy', chosen(input.services));
    }),
    progress: os.stack.progress.handler(async ({ input, signal }) => {
      const events = await stack.wait(input.waitMs, signal, () =>
        stack.events.length === input.after ? null : stack.events.slice(input.after),
      );
      return { cursor: stack.events.length, events: events ?? [], state: null };
    }),
    usage: os.stack.usage.handler(() => {
      const time = new Date();
      return {
        time: time.toISOString(),
        services: asked().state.services.map(({ name, status, memoryLimitBytes }, index) => {
          const wave = Math.sin(time.getTime() / 4000 + index * 1.7) + 1;
          return {
            name,
            cpuPercent: status === 'healthy' ? 0.6 + wave * (index === 0 ? 9 : 2.2) : null,
            memoryBytes:
              status === 'healthy' ? (memoryLimitBytes ?? 0) * (0.14 + index * 0.17 + wave * 0.005) : null,
          };
        }),
      };
    }),
    logs: os.stack.logs.handler(async ({ input, signal }) => {
      const after =
        input.after === '' ? Math.max(0, asked().logs.length - input.tail * 5) : Number(input.after);
      const wanted = chosen(input.services);
      await stack.wait(input.waitMs, signal, () => (asked().logs.length > after ? true : null));
      const page = stack.logs.slice(after, after + input.limit);
      return {
        cursor: String(after + page.length),
        lines: page.filter(({ service, text }) => wanted.includes(service) && text.includes(input.search)),
      };
    }),
    reveal: os.stack.reveal.handler(() => {
      asked().revealed += 1;
      return fixtureUrls;
    }),
    useProfile: os.stack.useProfile.handler(({ input }) => {
      stack.state.profile = input.profile;
      return { profile: input.profile };
    }),
    migrate: os.stack.migrate.handler(() => begin('migrate')),
  };
}
