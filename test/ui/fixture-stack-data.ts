import type { StackCause, StackService } from '../../src/shared/contract/stack.ts';
import type { ServiceName, ServiceStatus } from '../../src/shared/model/stack.ts';
import { ago } from './fixture-data.ts';

const megabyte = 1024 ** 2;

const known: Readonly<
  Record<
    ServiceName,
    {
      image: string;
      version: string;
      ports: Record<string, number>;
      memory: number;
      layers: number;
      megabytes: number;
      steps: readonly (readonly [string, string])[];
    }
  >
> = {
  postgres: {
    image: 'postgres:17',
    version: '17.6',
    ports: { main: 15_432 },
    memory: 2048,
    layers: 14,
    megabytes: 152,
    steps: [['migrations', '7 up to date']],
  },
  mongo: {
    image: 'mongo:8',
    version: '8.0.13',
    ports: { main: 27_018 },
    memory: 1024,
    layers: 9,
    megabytes: 284,
    steps: [['mongo-indexes', '5 collections, 17 indexes, 2 fixed']],
  },
  redis: {
    image: 'redis:8',
    version: '8.2.1',
    ports: { main: 16_379 },
    memory: 512,
    layers: 7,
    megabytes: 49,
    steps: [['redis-settings', 'appendonly yes; save 900 1 300 10']],
  },
  s3: {
    image: 'pgsty/silo:RELEASE.2026-09-03T13-18-01Z',
    version: 'RELEASE.2026-09-03',
    ports: { main: 19_000, console: 19_001 },
    memory: 1024,
    layers: 6,
    megabytes: 61,
    steps: [['buckets', 'datasets, models, artifacts']],
  },
  temporal: {
    image: 'temporalio/temporal:latest',
    version: '1.5.0',
    ports: { main: 17_233, ui: 18_233 },
    memory: 1024,
    layers: 5,
    megabytes: 97,
    steps: [['temporal-namespace', 'trainyard, 7 days']],
  },
};

/** The steps of a service's start, with what each saw. */
export function stepsOf(name: ServiceName): readonly (readonly [step: string, detail: string])[] {
  return [
    ['start', `127.0.0.1:${known[name].ports.main}`],
    ['probe', known[name].version],
    ...known[name].steps,
  ];
}

export function pullSizes(name: ServiceName): { image: string; layers: number; bytes: number } {
  const { image, layers, megabytes } = known[name];
  return { image, layers, bytes: megabytes * megabyte };
}

/** A service as the daemon and its probe would show it. */
export function fixtureService(name: ServiceName, status: ServiceStatus): StackService {
  const { image, version, ports, memory } = known[name];
  const made = status !== 'absent';
  const runs = status === 'healthy' || status === 'unhealthy' || status === 'starting';
  return {
    name,
    status,
    endpoint: made ? `127.0.0.1:${ports.main}` : null,
    ports: made ? ports : {},
    image,
    imageDigest: made ? `sha256:${name.charCodeAt(0).toString(16).repeat(32)}` : null,
    version: status === 'healthy' ? version : null,
    containerId: made ? '9f86d081884c7d65' : null,
    containerName: made ? `trainyard-1f0c9a7e-${name}-1` : null,
    volume: made ? `trainyard-1f0c9a7e_${name}` : null,
    startedAt: runs ? ago(status === 'starting' ? 0.1 : 190) : null,
    restarts: name === 'temporal' && runs ? 2 : 0,
    memoryLimitBytes: memory * megabyte,
    cause: null,
  };
}

/** What no page may hold before somebody asks for it. */
export const fixtureSecret = 'S3cr3tOfTheFixture';

export const fixtureUrls = {
  postgres: `postgres://trainyard:${fixtureSecret}@127.0.0.1:15432/vision_platform`,
  mongo: `mongodb://trainyard:${fixtureSecret}@127.0.0.1:27018/vision_platform?authSource=admin`,
  redis: `redis://:${fixtureSecret}@127.0.0.1:16379/0`,
  s3: `http://trainyard:${fixtureSecret}@127.0.0.1:19000`,
  temporal: '127.0.0.1:17233',
};

export const portTaken: StackCause = {
  code: 'DOCKER_PORT_TAKEN',
  message: 'Port 15432 of this machine is taken by postgres (pid 31337)',
  hint: 'Stop that program, or let the stack choose another port: `sudo systemctl stop postgresql@16-main`',
  parameters: {},
  lines: [
    'Error response from daemon: driver failed programming external connectivity on endpoint trainyard-1f0c9a7e-postgres-1:',
    'Bind for 127.0.0.1:15432 failed: port is already allocated',
  ],
};
