import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Mounts `/metrics` (Prometheus text; those of the process from the first request on), and measures what all routes take. */
export function mountMetrics(server: FastifyInstance): void {
  const registry = new Registry();
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
  let isCollecting = false;
  server.get('/metrics', async (_request, reply) => {
    // The event loop's delay is measured by a timer of 10 ms: an engine that nobody measures has none.
    if (!isCollecting) collectDefaultMetrics({ register: registry, prefix: 'trainyard_' });
    isCollecting = true;
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
