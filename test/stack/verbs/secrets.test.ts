import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { secretNames } from '../../../src/main/stack/record.ts';
import { withoutServer } from '../../support/servers.ts';
import {
  docker,
  labelled,
  listener,
  makeStack,
  readStackJson,
  stackFile,
  stackHome,
} from '../support/stack.ts';

const reason = withoutServer('postgres', 'mongo', 'redis', 's3', 'temporal');
if (reason) console.info(`skipped: the stack's secrets, ${reason}`);

/** What every process of this machine, those in containers included, shows of itself to everybody. */
function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8');
      } catch {
        // It has ended.
        return '';
      }
    })
    .join('\n');
}

test.skipIf(reason)(
  'a secret is in its file, and in no inspection, command line, log, compose file, note or told step',
  async () => {
    await using state = await stackHome();
    const { home } = state;
    const heard = listener();
    const seen: string[] = [];
    const watching = new AbortController();
    const watch = (async () => {
      while (!watching.signal.aborted) {
        seen.push(commandLines());
        await pause(15);
      }
    })();
    const stack = makeStack(home);
    await stack.up({ services: [], onProgress: heard.onProgress });
    const { name } = readStackJson(home);
    const { containers, volumes, networks } = await labelled(home);
    // The health checks, too, as the daemon runs them.
    for (const container of containers) {
      const check: string[] = JSON.parse(
        await docker('inspect', '-f', '{{json .Config.Healthcheck.Test}}', container),
      );
      const [kind, ...command] = check;
      await docker('exec', container, ...(kind === 'CMD-SHELL' ? ['sh', '-c', ...command] : command));
    }
    await stack.restart({ services: [], onProgress: heard.onProgress });
    watching.abort();
    await watch;

    const secrets = secretNames.map((secret) => readFileSync(stackFile(home, 'secrets', secret), 'utf8'));
    expect(new Set(secrets).size).toBe(secretNames.length);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{48}$/);
    for (const secret of secretNames)
      expect(statSync(stackFile(home, 'secrets', secret)).mode & 0o777).toBe(0o600);

    const places: Record<string, string> = {
      'command lines': seen.join('\n'),
      'told steps': JSON.stringify(heard.changes),
      status: JSON.stringify(await stack.status()),
      'compose.yaml': readFileSync(stackFile(home, 'compose.yaml'), 'utf8'),
      'stack.json': readFileSync(stackFile(home, 'stack.json'), 'utf8'),
      containers: await docker('inspect', ...containers),
      volumes: await docker('volume', 'inspect', ...volumes),
      networks: await docker('network', 'inspect', ...networks),
      events: await docker(
        'events',
        '--since',
        '10m',
        '--until',
        '0s',
        '--filter',
        `label=io.trainyard.stack.name=${name}`,
      ),
    };
    for (const container of containers) places[`log of ${container}`] = await docker('logs', container);
    expect(containers).toHaveLength(5);
    expect(places.containers).toContain('/run/secrets/postgres-password');
    expect(places['command lines']).toContain('redis-server');
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(10);
      for (const secret of secrets) expect(text.includes(secret), `a secret in ${place}`).toBe(false);
    }

    const { postgres, mongo, redis, s3 } = await stack.urls();
    for (const [index, url] of [postgres, mongo, redis, s3].entries()) expect(url).toContain(secrets[index]);
  },
);
