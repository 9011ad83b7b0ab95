import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { connectS3 } from '../../src/main/stores/objects/s3/client.ts';
import type { Drop, InboxView } from '../../src/shared/contract/inbox.ts';
import { zip } from '../features/datasets/support/archives.ts';
import { goodFiles } from '../features/datasets/support/pictures.ts';
import { cliJson, runCli, temporaryHome, waitFor } from '../support/engine.ts';
import { docker, withoutServer } from '../support/servers.ts';
import { Stage } from '../torture/stage.ts';

const reason = withoutServer('postgres', 'mongo', 'redis', 's3', 'temporal');
if (reason) console.info(`skipped: the stack’s inbox (${reason})`);

interface Status {
  readonly name: string;
  readonly services: readonly { readonly name: string; readonly containerId: string }[];
  readonly urls: Readonly<Record<string, string>>;
}

test.skipIf(reason)(
  'what is put into the stack’s bucket is listed, imported once though the engine and MinIO are killed meanwhile, and stays there',
  async () => {
    await using place = await temporaryHome();
    const { home } = place;
    const up = await runCli(home, ['stack', 'up', '--profile', 'docker', '--json']);
    expect(up.code, up.stderr).toBe(0);
    const { name: stack } = JSON.parse(up.stdout.trimEnd().split('\n').at(-1) ?? '') as Status;
    const stage = new Stage(home);
    try {
      await stage.start();
      const { services, urls } = await cliJson<Status>(home, ['stack', 'status', '--reveal']);
      const { username, password, host } = new URL(urls.s3 ?? '');
      using connection = connectS3({
        ...{ endpoint: `http://${host}`, region: 'us-east-1', bucketPrefix: '', tls: null },
        ...{ accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) },
      });
      const put = (Key: string, Body: Uint8Array) =>
        connection.client.send(new PutObjectCommand({ Bucket: 'inbox', Key, Body }));
      const list = (...more: readonly string[]) =>
        cliJson<InboxView>(home, ['dataset', 'inbox', 'list', ...more]);
      const states = (drops: readonly Drop[]) => drops.map(({ name, state }) => `${name} ${state}`).sort();

      expect(await list()).toMatchObject({
        bucket: { name: 'inbox', place: host },
        problem: null,
        drops: [],
      });
      for (const [name, body] of Object.entries(await goodFiles())) await put(`pets/${name}`, body);
      await put('packed.zip', zip(Object.entries(await goodFiles()).map(([name, body]) => ({ name, body }))));
      await waitFor('both drops', async () => (await list()).drops.length === 2);

      await stage.ask('POST', '/projects', { name: 'demo' });
      const begun = await stage.ask<{ importId: string }>('POST', '/datasets/import', {
        ...{ path: 's3://inbox/pets', project: 'demo' },
      });
      await stage.killEngine();
      const s3 = services.find(({ name }) => name === 's3')?.containerId ?? '';
      await docker(['kill', s3]);
      await docker(['start', s3]);
      const phase = async () =>
        (await stage.ask<{ phase: string }>('GET', `/dataset-imports/${begun.importId}`)).phase;
      await waitFor('the import', async () => (await phase().catch(() => '')) === 'done');
      await waitFor('the inbox again', async () => (await list().catch(() => null))?.problem === null);
      expect(states((await list('--all')).drops)).toContain('pets imported');

      const packed = await cliJson<{ images: number }>(home, [
        ...['dataset', 'import', 's3://inbox/packed.zip', '--project', 'demo', '--name', 'packed'],
      ]);
      expect(packed).toMatchObject({ name: 'packed', images: 6, version: 1 });
      expect((await list()).drops).toEqual([]);
      const all = await list('--all');
      expect(states(all.drops)).toEqual(['packed.zip imported', 'pets imported']);
      expect(all.drops.find(({ name }) => name === 'pets')).toMatchObject({ files: 6 });
    } finally {
      await stage.stop();
      await runCli(home, ['stack', 'destroy', '--name', stack, '--json']);
    }
    expect(await docker(['ps', '-aq', '--filter', `label=io.trainyard.stack.name=${stack}`])).toBe('');
  },
  600_000,
);
