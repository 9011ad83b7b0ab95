import { randomInt } from 'node:crypto';
import { fault } from '../../../shared/errors/catalogue.ts';
import { isPortFree } from '../../platform/listening-ports.ts';
import type { Daemon } from '../docker/daemon.ts';
import type { StackPorts } from '../record.ts';

/** Easy to remember, beside the servers' own ports, which a server of the machine may have. */
const familiar = {
  postgres: { main: 15432 },
  mongo: { main: 17017 },
  redis: { main: 16379 },
  s3: { main: 19000, console: 19001 },
  temporal: { main: 17233, ui: 18233 },
} as const satisfies StackPorts;

/** Below what the systems give to outgoing connections, which could take a port while the stack is stopped. */
const range = { from: 20_000, to: 32_000 };
const attempts = 500;

/**
 * Free ports of 127.0.0.1 that no other stack will want again when it is started.
 * @param kept services that stay where they are
 */
export async function choosePorts(
  daemon: Daemon,
  stack: string,
  kept: Partial<StackPorts> = {},
): Promise<StackPorts> {
  const publishers = await daemon.publishers();
  const claimed = new Set(publishers.filter((one) => one.stack !== stack).map(({ port }) => port));
  const choose = async (wanted: number) => {
    for (let attempt = 0, port = wanted; attempt < attempts; attempt += 1) {
      if (!claimed.has(port) && (await isPortFree(port))) {
        claimed.add(port);
        return port;
      }
      port = randomInt(range.from, range.to);
    }
    throw fault('PORTS_USED_UP', range);
  };
  const { postgres, mongo, redis, s3, temporal } = familiar;
  return {
    postgres: kept.postgres ?? { main: await choose(postgres.main) },
    mongo: kept.mongo ?? { main: await choose(mongo.main) },
    redis: kept.redis ?? { main: await choose(redis.main) },
    s3: kept.s3 ?? { main: await choose(s3.main), console: await choose(s3.console) },
    temporal: kept.temporal ?? { main: await choose(temporal.main), ui: await choose(temporal.ui) },
  };
}
