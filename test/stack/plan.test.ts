import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { stackLabels, stackNameOf } from '../../src/main/stack/labels.ts';
import { isOtherMemory, memoryLimitOf, parseMemory, postgresSettings } from '../../src/main/stack/memory.ts';
import {
  parseTemplate,
  planStack,
  type StackChoices,
  startOrder,
  templateImages,
} from '../../src/main/stack/plan.ts';
import { digestOf } from '../../src/main/stack/verbs/images.ts';
import { serviceNames } from '../../src/shared/model/stack.ts';

const template = parseTemplate(() =>
  readFileSync(path.resolve(import.meta.dirname, '../../resources/stack/compose.yaml'), 'utf8'),
);
const gibibyte = 1024 ** 3;
const id = '0a1b2c3d-0000-4000-8000-000000000000';

function choices(change: Partial<StackChoices> = {}): StackChoices {
  const images = templateImages(template);
  const tagged = (name: keyof typeof images) => ({ reference: images[name], pinned: null, id: null });
  return {
    id,
    name: stackNameOf(id),
    home: '/home/someone/trainyard',
    madeFor: '/home/someone/trainyard',
    ports: {
      postgres: { main: 15432 },
      mongo: { main: 17017 },
      redis: { main: 16379 },
      s3: { main: 19000, console: 19001 },
      temporal: { main: 17233, ui: 18233 },
    },
    images: {
      postgres: tagged('postgres'),
      mongo: tagged('mongo'),
      redis: tagged('redis'),
      s3: tagged('s3'),
      temporal: tagged('temporal'),
    },
    machineBytes: 16 * gibibyte,
    memory: {},
    ...change,
  };
}

describe('the plan of a stack', () => {
  const plan = planStack(template, choices());
  const file = parse(plan.compose, { merge: true });

  test('reads no text before it is rendered, where a build knows what the text says', () => {
    let reads = 0;
    const text = readFileSync(
      path.resolve(import.meta.dirname, '../../resources/stack/compose.yaml'),
      'utf8',
    );
    const known: typeof template.file = JSON.parse(JSON.stringify(template.file));
    const same = planStack(
      parseTemplate(() => {
        reads += 1;
        return text;
      }, known),
      choices(),
    );
    expect(same.services).toEqual(plan.services);
    expect(reads).toBe(0);
    expect(same.compose).toBe(plan.compose);
    expect(reads).toBe(1);
  });

  test('is the same for the same choices, and another for each other choice', () => {
    expect(planStack(template, choices())).toEqual(plan);
    const hashes = (change: Partial<StackChoices>) => planStack(template, choices(change)).services;
    const { ports, images } = choices();
    const moved = hashes({ ports: { ...ports, redis: { main: 20_000 } } });
    expect(serviceNames.filter((name) => moved[name].hash !== plan.services[name].hash)).toEqual(['redis']);
    const pinned = { reference: 'mongo:8', pinned: `mongo@sha256:${'a'.repeat(64)}`, id: null };
    const other = hashes({ images: { ...images, mongo: pinned } });
    expect(other.mongo.image).toBe(pinned.pinned);
    expect(serviceNames.filter((name) => other[name].hash !== plan.services[name].hash)).toEqual(['mongo']);
    const rebuilt = hashes({ images: { ...images, s3: { ...images.s3, id: `sha256:${'b'.repeat(64)}` } } });
    expect(serviceNames.filter((name) => rebuilt[name].hash !== plan.services[name].hash)).toEqual(['s3']);
  });

  test('labels every container, volume and network with its stack', () => {
    const labelled = [...Object.values(file.services), ...Object.values(file.volumes), file.networks.default];
    expect(labelled).toHaveLength(12);
    for (const one of labelled as { labels: Record<string, string> }[]) {
      expect(one.labels).toMatchObject({
        [stackLabels.stack]: id,
        [stackLabels.name]: 'trainyard-0a1b2c3d',
        [stackLabels.home]: '/home/someone/trainyard',
      });
    }
    for (const name of serviceNames) {
      expect(file.services[name].labels).toMatchObject({
        [stackLabels.service]: name,
        [stackLabels.plan]: plan.services[name].hash,
      });
    }
  });

  test('gives every service a limit, a restart policy, log rotation, a health check and no privileges', () => {
    for (const name of serviceNames) {
      expect(file.services[name], name).toMatchObject({
        restart: 'unless-stopped',
        security_opt: ['no-new-privileges:true'],
        logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
        mem_limit: `${memoryLimitOf(name, 16 * gibibyte) / 1024}k`,
        healthcheck: { test: expect.anything() },
      });
      expect(file.services[name].privileged, name).toBeUndefined();
    }
  });

  test('publishes on 127.0.0.1 only, and mounts volumes that are its own', () => {
    const published = serviceNames.flatMap((name) => file.services[name].ports as string[]);
    expect(published).toEqual([
      '127.0.0.1:15432:5432',
      '127.0.0.1:17017:27017',
      '127.0.0.1:16379:6379',
      '127.0.0.1:19000:9000',
      '127.0.0.1:19001:9001',
      '127.0.0.1:17233:7233',
      '127.0.0.1:18233:8233',
    ]);
    expect(plan.services.mongo.volumes).toEqual([
      'trainyard-0a1b2c3d_mongo-data',
      'trainyard-0a1b2c3d_mongo-config',
    ]);
  });

  test('keeps Redis on the disk and PostgreSQL from going on for a client that is gone', () => {
    const settings = (file.configs['redis-settings'].content as string).split('\n');
    expect(settings).toEqual(expect.arrayContaining(['appendonly yes', 'save 900 1', 'save 300 10']));
    expect(file.services.postgres.command).toContain('client_connection_check_interval=5s');
    expect(file.services.postgres.command).toContain('shared_buffers=1024MB');
  });

  test('takes a folder of any name literally', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), (name) => {
        const home = `/tmp/${name}`;
        const rendered = parse(planStack(template, choices({ home })).compose, { merge: true });
        // Compose reads $$ as $.
        expect(rendered.services.redis.labels[stackLabels.home].replaceAll('$$', '$')).toBe(home);
      }),
      { numRuns: 50 },
    );
  });

  test('is one that Compose takes', (context) => {
    try {
      execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
    } catch {
      return context.skip('docker compose is not here');
    }
    const folder = mkdtempSync(path.join(tmpdir(), 'trainyard-plan-'));
    try {
      const rendered = path.join(folder, 'compose.yaml');
      writeFileSync(rendered, planStack(template, choices({ home: '/tmp/a $b' })).compose);
      const text = execFileSync('docker', ['compose', '-f', rendered, 'config', '--format', 'json'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const config = JSON.parse(text);
      expect(config.name).toBe('trainyard-0a1b2c3d');
      // It prints a compose file again.
      expect(config.services.temporal.labels[stackLabels.home]).toBe('/tmp/a $$b');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('memory', () => {
  test('never exceeds what a service may have, and leaves most of the machine to trainers', () => {
    for (const machine of [2, 8, 16, 64, 512].map((size) => size * gibibyte)) {
      const sum = serviceNames.reduce((total, name) => total + memoryLimitOf(name, machine), 0);
      if (machine >= 8 * gibibyte) expect(sum).toBeLessThanOrEqual(machine * 0.7);
      expect(memoryLimitOf('postgres', machine)).toBeGreaterThanOrEqual(512 * 1024 ** 2);
    }
    expect(postgresSettings(2 * gibibyte)).toEqual({
      shared_buffers: '512MB',
      effective_cache_size: '1536MB',
      maintenance_work_mem: '128MB',
      work_mem: '8MB',
    });
  });

  test('of the same machine a little later makes no container anew', () => {
    expect(isOtherMemory(16 * gibibyte, 16 * gibibyte - 4096)).toBe(false);
    expect(isOtherMemory(16 * gibibyte, 32 * gibibyte)).toBe(true);
  });

  test('is written as Docker takes it', () => {
    expect(['512m', '2g', '1.5GiB', '8388608'].map(parseMemory)).toEqual([
      536870912, 2147483648, 1610612736, 8388608,
    ]);
    expect(['', '5m', 'much', '-1g', '1x'].map(parseMemory)).toEqual([null, null, null, null, null]);
  });
});

test('services start after those that they need, and all at once where they need none', () => {
  const none = { postgres: [], mongo: [], redis: [], s3: [], temporal: [] };
  expect(startOrder(none)).toEqual([[...serviceNames]]);
  expect(startOrder({ ...none, temporal: ['postgres'], postgres: ['redis'] })).toEqual([
    ['mongo', 'redis', 's3'],
    ['postgres'],
    ['temporal'],
  ]);
  expect(() => startOrder({ ...none, s3: ['redis'], redis: ['s3'] })).toThrow('need each other');
});

test('an image is pinned by the digest of the registry that it was asked of', () => {
  const digest = `sha256:${'c'.repeat(64)}`;
  const image = { digests: [`other/postgres@${digest}`, `postgres@${digest}`] };
  expect(digestOf('postgres:17', image)).toBe(`postgres@${digest}`);
  expect(digestOf('localhost:5000/a/b:1', { digests: [`localhost:5000/a/b@${digest}`] })).toBe(
    `localhost:5000/a/b@${digest}`,
  );
  expect(digestOf('postgres:17', { digests: [] })).toBeNull();
});
