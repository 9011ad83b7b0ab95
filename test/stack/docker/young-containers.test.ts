import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { connectDocker } from '../../../src/main/stack/docker/client.ts';
import { Daemon } from '../../../src/main/stack/docker/daemon.ts';
import { docker, serverImages, withoutServer } from '../../support/servers.ts';

const reason = withoutServer('redis');
if (reason) console.info(`skipped: containers that do not listen yet (${reason})`);

/** The first process of a container ignores a signal until it handles it, and the daemon sends the one of a stop once. */
test.skipIf(reason)(
  'a container that is stopped before it listens to signals ends as soon as it does',
  async () => {
    const name = `trainyard-test-young-${randomUUID().slice(0, 8)}`;
    const program = 'sleep 1; trap "exit 7" TERM; while :; do sleep 0.1; done';
    await docker([
      'run',
      '-d',
      '--name',
      name,
      '--network',
      'none',
      '--entrypoint',
      'sh',
      serverImages.redis,
      '-c',
      program,
    ]);
    try {
      await new Daemon(connectDocker(process.env)).stop(name, 60);
      expect(await docker(['inspect', '--format', '{{.State.ExitCode}}', name])).toContain('7');
    } finally {
      await docker(['rm', '--force', name]);
    }
  },
);
