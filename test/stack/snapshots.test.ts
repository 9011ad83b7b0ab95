import { execFile } from 'node:child_process';
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { cliJson, runCli, startEngine, temporaryHome } from '../support/engine.ts';
import { withoutServer } from '../support/servers.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';

const reason = withoutServer('postgres', 'mongo', 'redis', 's3', 'temporal');
if (reason) console.info(`skipped: snapshots of the docker profile (${reason})`);

interface StackStatus {
  readonly name: string | null;
  readonly services: readonly { readonly ports: Readonly<Record<string, number>> }[];
}

const asked = [
  ['dataset', 'list'],
  ['runs', 'list'],
  ['runs', 'metrics', 'last'],
  ['runs', 'logs', 'last'],
] as const;

/** What commands print of a state folder. */
async function printed(home: string): Promise<string[]> {
  const answers: string[] = [];
  for (const command of asked) {
    const { code, stdout, stderr } = await runCli(home, [...command, '--json']);
    expect(code, stderr).toBe(0);
    answers.push(stdout);
  }
  return answers;
}

test.skipIf(reason)(
  'a snapshot is restored beside the stack that serves and taken back, and into an embedded state folder once the volumes are destroyed',
  async () => {
    await using place = await temporaryHome();
    await using other = await temporaryHome();
    const { home } = place;
    const images = path.join(path.dirname(home), 'images');
    await writeTinyDataset(images);
    expect((await runCli(home, ['stack', 'up', '--profile', 'docker', '--json'])).code).toBe(0);
    const { name } = await cliJson<{ name: string }>(home, ['stack', 'status']);
    try {
      const engine = await startEngine(home);
      await cliJson(home, ['project', 'create', 'kept']);
      await cliJson(home, ['dataset', 'import', images, '--project', 'kept', '--name', 'tiny']);
      const train = ['train', '--project', 'kept', '--dataset', 'tiny', '--epochs', '1', '--follow'];
      expect((await runCli(home, train)).code).toBe(0);
      const { path: snapshot, stores } = await cliJson<{ path: string; stores: { keys: number | null } }>(
        home,
        [...['backup', 'create']],
      );
      // The run's live status.
      expect(stores.keys).toBeGreaterThan(0);
      const manifest = JSON.parse(await readFile(path.join(snapshot, 'manifest.json'), 'utf8'));
      expect(manifest.database.archive).toMatchObject({ contents: 'database/toc.dat' });
      const before = await printed(home);

      // Beside what is served: other servers, which get the ports of those that they replace. Without an engine there, with one back.
      const { services } = await cliJson<StackStatus>(home, ['stack', 'status']);
      await cliJson(home, ['dataset', 'import', images, '--project', 'kept', '--name', 'later']);
      await engine.stop();
      await cliJson(home, ['backup', 'restore', snapshot, '--yes']);
      const again = await startEngine(home);
      expect(await printed(home)).toEqual(before);
      const restored = await cliJson<StackStatus>(home, ['stack', 'status']);
      expect(restored.name).not.toBe(name);
      expect(restored.services.map(({ ports }) => ports)).toEqual(services.map(({ ports }) => ports));
      await cliJson(home, ['backup', 'revert', '--yes']);
      expect((await runCli(home, ['dataset', 'list', '--json'])).stdout).toContain('"later"');
      // What serves is found by its labels, and not what was replaced.
      await rename(path.join(home, 'stack'), path.join(home, 'stack-lost'));
      expect((await cliJson<StackStatus>(home, ['stack', 'status'])).name).toBe(name);
      await rename(path.join(home, 'stack-lost'), path.join(home, 'stack'));
      await cliJson(home, ['backup', 'discard', '--yes']);
      await again.stop();
      const filter = ['--filter', `name=${restored.name}`];
      expect((await promisify(execFile)('docker', ['volume', 'ls', '-q', ...filter])).stdout).toBe('');
      expect((await runCli(home, ['stack', 'destroy', '--name', name])).code).toBe(0);

      await cliJson(other.home, ['backup', 'restore', snapshot, '--yes']);
      await using _embedded = await startEngine(other.home);
      expect(await printed(other.home)).toEqual(before);
    } finally {
      // A stack that is made anew has another name.
      for (const one of [name, (await cliJson<{ name: string | null }>(home, ['stack', 'status'])).name])
        if (one) await runCli(home, ['stack', 'destroy', '--name', one]);
    }
  },
  300_000,
);
