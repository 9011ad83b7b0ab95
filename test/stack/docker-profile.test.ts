import path from 'node:path';
import { expect, test } from 'vitest';
import { cliJson, runCli, temporaryHome, waitFor } from '../support/engine.ts';
import { docker, withoutServer } from '../support/servers.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import { expectNothingLostOrDoubled } from '../torture/ledger.ts';
import { importTiny, train } from '../torture/life.ts';
import { Stage } from '../torture/stage.ts';

const reason = withoutServer('postgres', 'mongo', 'redis', 's3', 'temporal');
if (reason) console.info(`skipped: the docker profile (${reason})`);

interface Status {
  readonly name: string;
  readonly status: string;
  readonly services: readonly {
    readonly name: string;
    readonly status: string;
    readonly endpoint: string;
    readonly image: string;
    readonly containerId: string;
  }[];
}

/** Every object of Docker's that carries a stack's name in its labels. */
async function labelled(name: string): Promise<string[]> {
  const kinds = [
    ['ps', '-aq'],
    ['volume', 'ls', '-q'],
    ['network', 'ls', '-q'],
  ];
  const found = await Promise.all(
    kinds.map((kind) => docker([...kind, '--filter', `label=io.trainyard.stack.name=${name}`])),
  );
  return found.flatMap((lines) => lines.split('\n').filter(Boolean));
}

/** What a person counts: projects, datasets with their images, runs with their numbers. */
async function inventory(stage: Stage): Promise<unknown> {
  const { runs } = await stage.ask<{ runs: { id: string; status: string; progress: number }[] }>(
    'GET',
    '/runs',
  );
  const details = await Promise.all(
    runs.map(async ({ id, status, progress }) => ({
      id,
      status,
      progress,
      ...(await stage.ask<{ lastSeq: number }>('GET', `/runs/${id}`)),
      logs: await stage.ask('GET', `/runs/${id}/logs?from=0&limit=10000`),
    })),
  );
  return {
    projects: await stage.ask('GET', '/projects'),
    datasets: await stage.ask('GET', '/datasets'),
    runs: details,
  };
}

test.skipIf(reason)(
  'a run on the docker profile outlives a restart of each service, and everything moves to embedded and back',
  async () => {
    await using place = await temporaryHome();
    const { home } = place;
    const images = path.join(path.dirname(home), 'images');
    await writeTinyDataset(images);
    const up = await runCli(home, ['stack', 'up', '--profile', 'docker', '--json']);
    expect(up.stderr).toBe('');
    expect(up.code).toBe(0);
    const lines = up.stdout.trimEnd().split('\n');
    const stack = JSON.parse(lines.at(-1) ?? '') as Status;
    const stage = new Stage(home);
    try {
      expect(stack.status).toBe('running');
      expect(stack.services.map(({ name, status }) => `${name} ${status}`)).toEqual(
        ['postgres', 'mongo', 'redis', 's3', 'temporal'].map((name) => `${name} healthy`),
      );
      expect(lines.slice(0, -1).map((line) => (JSON.parse(line) as { type: string }).type)).toContain('step');
      await stage.start();
      const runId = await train(stage, await importTiny(stage, images), 100_000);
      const seen = async () => (await stage.ask<{ lastSeq: number }>('GET', `/runs/${runId}`)).lastSeq;
      await waitFor('the first numbers', async () => (await seen()) > 5);
      for (const { containerId } of stack.services) {
        await docker(['restart', '-t', '10', containerId]);
        const before = await waitFor('the engine to answer again', () => seen().catch(() => null));
        await waitFor('numbers from after the restart', async () => (await seen()) > before + 5);
      }
      await stage.ask('POST', `/runs/${runId}/cancel`, { graceMs: 10_000 });
      const run = await stage.untilOver(runId);
      expect(run.status).toBe('cancelled');
      expect(run.attempts).toHaveLength(1);
      await expectNothingLostOrDoubled(stage.engine, runId);

      const { urls } = await cliJson<{ urls: Record<string, string> }>(home, ['stack', 'status', '--reveal']);
      const container = (name: string) =>
        stack.services.find((service) => service.name === name)?.containerId ?? '';
      const inside = (name: string, ...args: string[]) => docker(['exec', container(name), ...args]);
      const rows = await inside(
        ...(['postgres', 'psql', '-U', 'admin', '-d', 'vision_platform', '-tAc'] as const),
        `SELECT status FROM workflows WHERE id = '${runId}'`,
      );
      expect(rows.trim()).toBe('cancelled');
      const redis = new URL(urls.redis ?? '');
      const status = await inside(
        ...(['redis', 'redis-cli', '--no-auth-warning', '-a', decodeURIComponent(redis.password)] as const),
        ...['get', `workflow:status:${runId}`],
      );
      expect(JSON.parse(status)).toMatchObject({ progress: expect.any(Number) });
      const mongo = new URL(urls.mongo ?? '');
      mongo.host = '127.0.0.1:27017';
      mongo.pathname = '/vision_platform';
      const inMongosh = (command: string) =>
        inside(...(['mongo', 'mongosh', '--quiet', mongo.href, '--eval'] as const), command);
      const buckets = await inMongosh(`db.workflow_logs.countDocuments({ workflowId: '${runId}' })`);
      expect(Number(buckets)).toBeGreaterThan(0);

      // The stack's own servers are found without an address.
      expect(await cliJson(home, ['db', 'check'])).toMatchObject({ ok: true, drift: [] });
      await inMongosh("db.workflow_logs.dropIndex('timestamp')");
      const check = await runCli(home, ['db', 'check', '--json']);
      const { drift } = JSON.parse(check.stdout) as { drift: { name: string; commands: string[] }[] };
      expect(drift).toMatchObject([{ kind: 'collection index', name: 'workflow_logs.timestamp' }]);
      for (const command of drift[0]?.commands ?? []) await inMongosh(command);
      expect(await cliJson(home, ['db', 'check'])).toMatchObject({ ok: true, drift: [] });
      const { head } = await cliJson<{ head: string }>(home, ['db', 'current']);
      expect(await cliJson(home, ['db', 'upgrade'])).toMatchObject({ revision: head, done: [] });

      const before = await inventory(stage);
      for (const to of ['embedded', 'docker']) {
        const moved = await runCli(home, ['stack', 'migrate', '--to', to, '--json']);
        expect(moved.stderr + moved.stdout).toContain(to);
        expect(moved.code).toBe(0);
        expect((await stage.ask<{ profile: string }>('GET', '/system')).profile).toBe(to);
        expect(await inventory(stage)).toEqual(before);
      }

      // Work goes on here, so that the copy left behind is an older one: it is replaced only when told to.
      await stage.ask('POST', '/projects', { name: 'made on docker' });
      const later = await inventory(stage);
      const refused = await runCli(home, ['stack', 'migrate', '--to', 'embedded', '--json']);
      expect(refused.code).toBe(1);
      expect(refused.stdout).toContain('MIGRATION_TARGET_NOT_EMPTY');
      expect(await inventory(stage)).toEqual(later);
      const replaced = await runCli(home, ['stack', 'migrate', '--to', 'embedded', '--replace', '--json']);
      expect(replaced.stderr).toBe('');
      expect((await stage.ask<{ profile: string }>('GET', '/system')).profile).toBe('embedded');
      expect(await inventory(stage)).toEqual(later);
    } finally {
      await stage.stop();
      await runCli(home, ['stack', 'destroy', '--name', stack.name, '--json']);
    }
    expect(await labelled(stack.name)).toEqual([]);
  },
  600_000,
);
