import { expect, test } from 'vitest';
import { StackFolder } from '../../../src/main/stack/files/stack-folder.ts';
import type { StackContext } from '../../../src/main/stack/verbs/context.ts';
import { readState } from '../../../src/main/stack/verbs/read-state.ts';
import { SavedStateStore } from '../../../src/main/stack/verbs/saved-state.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const one = { main: 1 };
const secret = '0123456789abcdef';

test('a service that runs for long and does not answer is unhealthy, and the cause says what its probe met', async () => {
  await using place = await temporaryFolder();
  const files = new StackFolder(place.folder);
  files.writeSecrets({
    'postgres-password': secret,
    'mongo-password': secret,
    'redis-password': secret,
    's3-password': secret,
  });
  files.write({
    version: 1,
    id: '6f1c2f9e-8d51-4d5e-9d54-0b9f4b1c2a77',
    name: 'trainyard-6f1c2f9e',
    ports: { postgres: one, mongo: one, redis: one, s3: { ...one, console: 2 }, temporal: { ...one, ui: 2 } },
    images: {},
    memoryBytes: null,
    started: true,
    stopping: [],
    removal: null,
    recovery: null,
  });
  const running = (startedMsAgo: number) => ({
    id: 'c0ffee',
    name: 'trainyard-6f1c2f9e-redis-1',
    service: 'redis',
    state: 'running',
    outOfMemory: false,
    restarts: 0,
    startedAt: new Date(Date.now() - startedMsAgo).toISOString(),
    memoryLimitBytes: null,
    published: {},
  });
  const none = { postgres: [], mongo: [], redis: [], s3: [], temporal: [] };
  const stateOf = async (startedMsAgo: number) => {
    const context = {
      files,
      daemon: { containers: async () => [running(startedMsAgo)] },
      probes: { redis: () => Promise.reject(new Error('nothing said')) },
      profile: () => 'docker',
      images: {},
      memory: {},
      volumes: none,
    } as unknown as StackContext;
    const { services } = await readState(context, new SavedStateStore(context));
    return services.find(({ name }) => name === 'redis');
  };
  expect(await stateOf(1000)).toMatchObject({ status: 'starting', cause: null });
  expect(await stateOf(120_000)).toMatchObject({
    status: 'unhealthy',
    cause: {
      code: 'SERVICE_TIMEOUT',
      message: expect.stringMatching(/Redis.* 2 s.*nothing said/s),
      lines: [],
    },
  });
});
