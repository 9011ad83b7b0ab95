import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { SchemaService } from '../../src/main/postgres/schema/schema-service.ts';
import { connectDocker } from '../../src/main/stack/docker/client.ts';
import { runInContainer } from '../../src/main/stack/docker/exec.ts';
import { openServerStores } from '../../src/main/stores/profiles/server-stores.ts';
import { nothingToKeep } from '../../src/main/stores/profiles/stores.ts';
import { verifySnapshot } from '../../src/main/stores/snapshots/verify-snapshot.ts';
import { connected, contentsOf, fill } from '../stores/filled-database.ts';
import { openOwnStores, restoreInto, snapshotOf } from '../stores/snapshots/support.ts';
import { docker, startServer, withoutServer } from '../support/servers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const reason = withoutServer('postgres');
if (reason) console.info(`skipped: archives for pg_restore (${reason})`);

/** Rows that are more than one file of a snapshot. */
const addManyRows = `INSERT INTO run_events (workflow_id, seq, type, payload)
  SELECT (SELECT id FROM workflows ORDER BY id LIMIT 1), n, 'log', jsonb_build_object('text', repeat(md5(n::text), 50))
  FROM generate_series(3000, 16999) AS n`;

test.skipIf(reason)(
  'a snapshot whose server has pg_dump is an archive: pg_restore makes the database of it, in one go, by several connections, and as SQL',
  async () => {
    await using server = await startServer('postgres');
    await using place = await temporaryFolder();
    const [home, snapshots] = [path.join(place.folder, 'home'), path.join(place.folder, 'snapshots')];
    for (const one of [home, snapshots]) await mkdir(one);
    await new SchemaService({ databaseUrl: server.url }).upgrade();
    await fill(server.url);
    await connected(server.url, (client) => client.query(addManyRows));
    const connection = connectDocker(process.env);
    const dumpSchema = (exported: string) =>
      runInContainer(
        connection.docker,
        server.container,
        [
          ...['pg_dump', '-U', server.user, '--format=custom', '--compress=none', '--schema-only'],
          ...['--snapshot', exported, 'vision_platform'],
        ],
        1024 ** 2,
      );
    await using stores = await openServerStores(
      'external',
      {
        postgres: { url: server.url, tls: null, dumpSchema },
        mongo: null,
        redis: null,
        s3: null,
        temporal: null,
      },
      home,
      pino({ level: 'silent' }),
      nothingToKeep,
    );
    const { folder, manifest } = await snapshotOf({ stores, snapshots });
    expect(await verifySnapshot(folder, () => undefined)).toEqual([]);
    expect(manifest.database.archive?.contents).toBe('database/toc.dat');
    const parts = manifest.database.tables.find(({ name }) => name === 'run_events')?.parts ?? [];
    expect(parts.length).toBeGreaterThan(1);

    const inside = (command: string) =>
      docker(['exec', '-e', `PGUSER=${server.user}`, server.container, 'sh', '-ec', command]);
    await docker(['cp', '-q', path.join(folder, 'database'), `${server.container}:/tmp/database`]);
    for (const [name, restore] of [
      ['once', 'pg_restore --exit-on-error -d once /tmp/database'],
      ['several', 'pg_restore --exit-on-error -j 3 -d several /tmp/database'],
      ['sql', 'pg_restore -f /tmp/all.sql /tmp/database; psql -qv ON_ERROR_STOP=1 -d sql -f /tmp/all.sql'],
    ] as const) {
      await inside(`createdb ${name}; ${restore}`);
      const restored = new URL(server.url);
      restored.pathname = `/${name}`;
      const url = restored.href;
      // With the rows that say which revisions there are: nothing is left to be done, and nothing differs.
      expect(await new SchemaService({ databaseUrl: url }).upgrade(), name).toMatchObject({
        done: [],
        drift: [],
      });
      expect(await contentsOf(url, []), name).toEqual(await contentsOf(server.url, []));
    }

    await using target = await openOwnStores();
    await restoreInto(target, folder);
    expect(await contentsOf(target.url, [])).toEqual(await contentsOf(server.url, []));
  },
);

test.skipIf(reason)('a program that fails in a container is an error with what it said', async () => {
  await using server = await startServer('postgres');
  const run = (...command: string[]) =>
    runInContainer(connectDocker(process.env).docker, server.container, command, 1000);
  expect((await run('printf', 'a b')).toString()).toBe('a b');
  await expect(run('pg_dump', '-U', 'nobody', 'x')).rejects.toMatchObject({
    code: 'CONTAINER_PROGRAM_FAILED',
    message: expect.stringContaining('nobody'),
  });
  await expect(run('no-such-program')).rejects.toMatchObject({ code: 'CONTAINER_PROGRAM_FAILED' });
  await expect(run('head', '-c', '5000', '/dev/zero')).rejects.toThrow('More than 1000 bytes');
});
