import type { FastifyInstance } from 'fastify';
import type { ApiContext } from '../api/implementer.ts';
import type { Presence } from './presence.ts';
import { noSuchCall } from './refusals.ts';
import type { Rpc } from './rpc.ts';

interface Options {
  /** What answers calls, loaded for the first of them. */
  readonly rpc: () => Promise<Rpc>;
  readonly context: ApiContext;
  readonly presence: Presence;
}

/** The contract below `/rpc/`, a request for each call: for a client that asks little and ends. */
export async function mountRpc(server: FastifyInstance, { rpc, context, presence }: Options): Promise<void> {
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // As in a WebSocket's message, an object may have any names: a metric may be called `__proto__`.
    const parser = scope.getDefaultJsonParser('ignore', 'ignore');
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, parser);
    scope.post('/rpc/*', async (request, reply) => {
      // However long it takes, somebody is there.
      const left = presence.enter();
      reply.raw.once('close', left);
      const { requests } = await rpc();
      const options = { prefix: '/rpc', context: { ...context, crowded: false } } as const;
      const { matched } = await requests.handle(request, reply, options);
      // The address leads elsewhere once its dots are followed, as in `/rpc/../x`.
      return matched ? reply : reply.code(noSuchCall.status).send(noSuchCall);
    });
  });
}
