import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { readSurroundings } from '../../src/main/features/backups/surroundings.ts';
import { withClient } from '../../src/main/postgres/pool.ts';
import { SchemaService } from '../../src/main/postgres/schema/schema-service.ts';
import { openServerStores } from '../../src/main/stores/profiles/server-stores.ts';
import type { Stores } from '../../src/main/stores/profiles/stores.ts';
import { nothingToKeep } from '../../src/main/stores/profiles/stores.ts';
import { openSettings } from '../../src/main/stores/settings/settings-store.ts';
import { createSnapshot } from '../../src/main/stores/snapshots/create-snapshot.ts';
import { restoreSnapshot } from '../../src/main/stores/snapshots/restore-snapshot.ts';
import { bytesOf } from '../../src/main/stores/snapshots/snapshot-folder.ts';
import { addProject, addWorkflow } from '../postgres/schema/rows.ts';
import { docker, startServer, type TestServer } from '../support/servers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { median, type Row } from './table.ts';

/**
 * The server's own address where the machine reaches it: Docker's proxy for a published port would copy every byte on the processors
 * that are measured, and pg_dump, in the container, does without it.
 */
async function directUrl({ container, url }: TestServer): Promise<string> {
  const template = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  const direct = new URL(url);
  direct.hostname = (await docker(['inspect', '-f', template, container])).trim();
  direct.port = '5432';
  try {
    await withClient({ url: direct.href }, (client) => client.query('SELECT 1'));
    return direct.href;
  } catch {
    return url;
  }
}

/** Adds points to the one run, from the step `from` on. */
async function addPoints(url: string, from: number, count: number): Promise<void> {
  await withClient({ url }, async (client) => {
    await client.query(
      `INSERT INTO metrics (workflow_id, epoch, step, train_loss, val_loss, train_accuracy, val_accuracy, gpu_utilization, recorded_at)
       SELECT (SELECT id FROM workflows), n / 1000, n, 1 / (1 + n * 0.0001) + random() * 0.01, 1 / (1 + n * 0.00009) + random() * 0.01,
         random(), random(), (random() * 100)::int, now() - (n || ' milliseconds')::interval
       FROM generate_series($1::int + 1, $1::int + $2::int) AS n`,
      [Math.round(from), Math.round(count)],
    );
    await client.query('CHECKPOINT');
  });
}

function openOn(url: string, home: string): Promise<Stores> {
  const endpoints = { postgres: { url, tls: null }, mongo: null, redis: null, s3: null, temporal: null };
  return openServerStores('external', endpoints, home, pino({ level: 'silent' }), nothingToKeep);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Into a database of its own, from its making on: the schema, the rows, and everything that is compared. */
async function restoreOurs(serverUrl: string, database: string, snapshot: string, folder: string) {
  await withClient({ url: serverUrl }, (client) => client.query(`CREATE DATABASE ${database}`));
  const own = new URL(serverUrl);
  own.pathname = `/${database}`;
  const home = path.join(folder, database);
  await mkdir(home);
  await using stores = await openOn(own.href, home);
  using settings = openSettings(home);
  await restoreSnapshot({ folder: snapshot, key: null }, stores, settings, () => undefined);
}

/** A whole snapshot of a PostgreSQL in a container, read back, against its own `pg_dump -Fc` of the same database. */
export async function benchSnapshots({ rows = 1_000_000, rounds = 3 } = {}): Promise<Row[]> {
  await using server = await startServer('postgres');
  await using place = await temporaryFolder();
  const url = await directUrl(server);
  await new SchemaService({ databaseUrl: url }).upgrade();
  await withClient({ url }, async (client) => addWorkflow(client, await addProject(client)));
  await addPoints(url, 0, rows);
  const home = path.join(place.folder, 'home');
  await mkdir(home);
  await using stores = await openOn(url, home);
  let snapshotBytes = 0;
  const snapshotInto = (folder: string) =>
    timed(async () => {
      const { manifest } = await createSnapshot(stores, {
        ...{
          folder,
          why: 'bench',
          who: 'bench',
          version: '0',
          settings: {},
          encryption: null,
          surroundings: readSurroundings,
        },
        onProgress: () => undefined,
        signal: new AbortController().signal,
      });
      snapshotBytes = bytesOf(manifest);
    });
  const dump = () =>
    timed(() =>
      docker([
        ...[
          'exec',
          server.container,
          'pg_dump',
          '-U',
          server.user,
          '-Fc',
          '-f',
          '/tmp/bench.dump',
          'vision_platform',
        ],
      ]),
    );
  const times = { ours: [] as number[], plain: [] as number[], again: [] as number[], next: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    // Neither of the two that are the same always comes first.
    const isEven = round % 2 === 0;
    times[isEven ? 'plain' : 'again'].push(await dump());
    const folder = path.join(place.folder, `whole-${round}`);
    await mkdir(folder);
    times.ours.push(await snapshotInto(folder));
    times[isEven ? 'again' : 'plain'].push(await dump());
  }
  const [wholeBytes, again] = [snapshotBytes, path.join(place.folder, 'whole-0')];
  for (let round = 0; round < rounds; round += 1) {
    await addPoints(url, rows * (1 + round * 0.01), rows * 0.01);
    times.next.push(await snapshotInto(again));
  }
  const restores = { ours: [] as number[], plain: [] as number[], again: [] as number[] };
  const restoreTheirs = (database: string) =>
    timed(async () => {
      await withClient({ url }, (client) => client.query(`CREATE DATABASE ${database}`));
      const program = ['pg_restore', '-U', server.user, '-j', '2', '-d', database, '/tmp/bench.dump'];
      await docker(['exec', server.container, ...program]);
    });
  const [last] = (await readdir(path.join(place.folder, 'whole-1'))).sort();
  for (let round = 0; round < rounds; round += 1) {
    const isEven = round % 2 === 0;
    restores[isEven ? 'plain' : 'again'].push(await restoreTheirs(`first_${round}`));
    const snapshot = path.join(place.folder, 'whole-1', last ?? '');
    restores.ours.push(await timed(() => restoreOurs(url, `ours_${round}`, snapshot, place.folder)));
    restores[isEven ? 'again' : 'plain'].push(await restoreTheirs(`second_${round}`));
    for (const name of ['first', 'ours', 'second'])
      await withClient({ url }, (client) => client.query(`DROP DATABASE ${name}_${round} WITH (FORCE)`));
  }
  const [restored, byTools] = [median(restores.ours), median([...restores.plain, ...restores.again])];
  const dumpBytes = Number(await docker(['exec', server.container, 'stat', '-c', '%s', '/tmp/bench.dump']));
  const [ours, theirs] = [median(times.ours), median([...times.plain, ...times.again])];
  const next = median(times.next);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    {
      name: 'a whole snapshot of a database, against `pg_dump -Fc` of it: time',
      ...{ ratio: ours / theirs, goal: '≤ 0.45', met: ours / theirs <= 0.45 },
      control: median(times.plain) / median(times.again),
      detail: `${rows.toLocaleString('en')} points; medians of ${rounds}: ${(ours / 1000).toFixed(2)} s, flushed and read back, pg_dump ${(theirs / 1000).toFixed(2)} s, which does neither`,
    },
    {
      name: 'the same: size',
      ...{ ratio: wholeBytes / dumpBytes, goal: '≤ 0.9', met: wholeBytes / dumpBytes <= 0.9 },
      control: null,
      detail: `${megabytes(wholeBytes)}, pg_dump ${megabytes(dumpBytes)}`,
    },
    {
      name: 'the next snapshot, with 1 % more rows, against a whole one: time',
      ...{ ratio: next / ours, goal: '≤ 0.05', met: next / ours <= 0.05 },
      control: null,
      detail: `medians of ${rounds}: ${(next / 1000).toFixed(2)} s, whole ${(ours / 1000).toFixed(2)} s`,
    },
    {
      name: 'a restore of it into a new database, against `pg_restore -j 2`: time',
      ...{ ratio: restored / byTools, goal: '≤ 1.1', met: restored / byTools <= 1.1 },
      control: median(restores.plain) / median(restores.again),
      detail: `medians of ${rounds}: ${(restored / 1000).toFixed(2)} s, verified before and counted after, pg_restore ${(byTools / 1000).toFixed(2)} s, which does neither`,
    },
  ];
}
