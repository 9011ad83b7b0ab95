import type { ServiceName } from '../../../shared/model/stack.ts';
import { probeMongo } from './mongo.ts';
import { probePostgres } from './postgres.ts';
import type { Probe } from './probe.ts';
import { probeRedis } from './redis.ts';
import { probeS3 } from './s3.ts';
import { probeTemporal } from './temporal.ts';

/** Each service by its own protocol. A probe connects, asks, and hangs up, whatever happens. */
export const probes: Readonly<Record<ServiceName, Probe>> = {
  postgres: probePostgres,
  mongo: probeMongo,
  redis: probeRedis,
  s3: probeS3,
  temporal: probeTemporal,
};
