import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, type Registry } from 'prom-client';

/** What `/readyz` answers: ready only when every part is. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly message: string }>>;
}

/** Mounts `/healthz` (the process answers), `/readyz` (its stores do too) and `/metrics` (Prometheus text; those of the process from the first request on). */
export function mountObservability(
  server: FastifyInstance,
  registry: Registry,
  readiness: () => Promise<Readiness>,
): void {
  const requests = new Histogram({
    name: 'trainyard_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [registry],
  });
  server.addHook('onResponse', async (request, reply) => {
    requests.observe(
      { route: request.routeOptions.url ?? 'none', status: reply.statusCode },
      reply.elapsedTime / 1000,
    );
  });
  server.get('/healthz', async () => ({ ok: true }));
  server.get('/readyz', async (_request, reply) => {
    const state = await readiness();
    return reply.code(state.ready ? 200 : 503).send(state);
  });
  let isCollecting = false;
  server.get('/metrics', async (_request, reply) => {
    // The event loop's delay is measured by a timer of 10 ms: an engine that nobody measures has none.
    if (!isCollecting) collectDefaultMetrics({ register: registry, prefix: 'trainyard_' });
    isCollecting = true;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
