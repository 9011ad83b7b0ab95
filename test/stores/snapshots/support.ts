import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { readSurroundings } from '../../../src/main/features/backups/surroundings.ts';
import type { ServerEndpoint } from '../../../src/main/platform/endpoints.ts';
import { fingerprintDocuments } from '../../../src/main/stores/migration/copy-documents.ts';
import { fingerprintObjects } from '../../../src/main/stores/migration/copy-objects.ts';
import { openServerStores } from '../../../src/main/stores/profiles/server-stores.ts';
import { nothingToKeep, type Stores } from '../../../src/main/stores/profiles/stores.ts';
import { openSettings } from '../../../src/main/stores/settings/settings-store.ts';
import { createSnapshot } from '../../../src/main/stores/snapshots/create-snapshot.ts';
import { restoreSnapshot } from '../../../src/main/stores/snapshots/restore-snapshot.ts';
import type { GivenKey } from '../../../src/main/stores/snapshots/snapshot-key.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { sampleDocument } from '../documents/examples.ts';
import { contentsOf, fill } from '../filled-database.ts';

const silent = () => undefined;

/** Stores of a test's own: a migrated PostgreSQL, files, and the Redis that is given. */
export interface OwnStores extends AsyncDisposable {
  readonly stores: Stores;
  readonly url: string;
  readonly home: string;
  /** Of snapshots; not in the state folder. */
  readonly snapshots: string;
}

export function openOn(url: string, home: string, redis: ServerEndpoint | null): Promise<Stores> {
  const endpoints = { postgres: { url, tls: null }, mongo: null, redis, s3: null, temporal: null };
  return openServerStores('external', endpoints, home, pino({ level: 'silent' }), nothingToKeep);
}

export async function openOwnStores(redis: ServerEndpoint | null = null): Promise<OwnStores> {
  await using opening = new AsyncDisposableStack();
  const { folder } = opening.use(await temporaryFolder());
  const database = opening.use(await createTestDatabase());
  const [home, snapshots] = [path.join(folder, 'home'), path.join(folder, 'snapshots')];
  for (const one of [home, snapshots]) await mkdir(one, { mode: 0o700 });
  const stores = opening.use(await openOn(database.url, home, redis));
  const opened = opening.move();
  return {
    ...{ stores, url: database.url, home, snapshots },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Rows in most tables and in several months, documents, values with lifetimes, and objects: some alike, one empty. */
export async function fillStores({ stores, url }: OwnStores): Promise<void> {
  await fill(url);
  for (const collection of ['training_configs', 'audit_logs', 'workflow_logs', 'chat_sessions'] as const)
    await stores.documents.insert(collection, sampleDocument(collection));
  await stores.documents.insert('audit_logs', sampleDocument('audit_logs', { note: '한글 \u0000 "\ud800"' }));
  await stores.cache.set('session:a', { userId: 'u', text: '값' }, 3_600_000);
  await stores.cache.set('workflow:status:b', 1, null);
  await stores.queue.send('celery:queue:default', {
    id: 'm',
    body: { task: 't', args: [], kwargs: { n: 1 } },
  });
  for (const [key, text] of [
    ['blobs/aa/one', 'same'],
    ['blobs/aa/two', 'same'],
    ['blobs/ab/empty', ''],
    ['d/1/manifest.jsonl', 'lines\n'.repeat(40_000)],
  ] as const)
    await stores.objects.put('datasets', key, Buffer.from(text));
  await stores.objects.put('artifacts', 'run/1/model.bin', Buffer.alloc(300_000, 7));
}

export function snapshotOf(
  { stores, snapshots }: Pick<OwnStores, 'stores' | 'snapshots'>,
  change: Partial<Parameters<typeof createSnapshot>[1]> = {},
) {
  return createSnapshot(stores, {
    ...{ folder: snapshots, why: 'test', who: 'nobody', version: '1.2.3', settings: { sample: 'declined' } },
    ...{
      surroundings: readSurroundings,
      onProgress: silent,
      signal: new AbortController().signal,
      encryption: null,
    },
    ...change,
  });
}

export async function restoreInto(
  { stores, home }: Pick<OwnStores, 'stores' | 'home'>,
  folder: string,
  key: GivenKey | null = null,
) {
  using settings = openSettings(home);
  return await restoreSnapshot({ folder, key }, stores, settings, silent);
}

/** Everything that stores hold, as something that can be compared. */
export async function everythingOf({ stores, url }: OwnStores) {
  const { sha256: documents } = await fingerprintDocuments(stores.documents, new Date(0), silent);
  const { sha256: objects, count } = await fingerprintObjects(stores.objects, silent);
  return { rows: await contentsOf(url, ['kv_entries', 'kv_queue']), documents, objects, count };
}

/** Runs `worker.ts` in a process of its own; rejects with the signal where it is killed. */
export const runWorker = (args: readonly string[], failpoint = '') =>
  runProgram(new URL('./worker.ts', import.meta.url), args, failpoint);

/** The same of another program. */
export const runProgram = (program: URL, args: readonly string[], failpoint: string): Promise<unknown> =>
  promisify(execFile)(process.execPath, [fileURLToPath(program), ...args], {
    env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
  });
