import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { pause } from '../../platform/waiting.ts';
import { withClient } from '../../postgres/pool.ts';
import { quoted, readTables } from '../migration/table-shapes.ts';
import type { Stores } from '../profiles/stores.ts';
import type { DumpedKey, RedisKeys } from '../redis/keys.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { OnSnapshotProgress } from './create-snapshot.ts';
import { readDatabase } from './database-part.ts';
import { readDocuments } from './documents-part.ts';
import { readKeys } from './keys-part.ts';
import type { Manifest } from './manifest.ts';
import { indexLines, readObjects } from './objects-part.ts';
import { readSettings } from './settings-part.ts';
import { readManifest } from './snapshot-folder.ts';
import { type GivenKey, identityFor } from './snapshot-key.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { verifySnapshot } from './verify-snapshot.ts';

/** For the verification, before PostgreSQL is given rows. */
const headStartMs = 100;
/** Keys that are put into Redis at a time. */
const keysAtOnce = 500;

/** A snapshot by its folder, and what opens it where it is encrypted. */
export interface SnapshotToRestore {
  readonly folder: string;
  readonly key: GivenKey | null;
}

/** What a restore left out, for people. */
export type LeftOut = Bilingual;

/**
 * Puts a snapshot into stores that hold nothing yet, of any profile. All of it is read and found whole while PostgreSQL takes its rows,
 * before anything else is written; the rows are committed last and at once, so that stores which a kill leaves half filled count as
 * empty and are filled again.
 * @returns the manifest, and what was left out
 * @throws TrainyardError SNAPSHOT_NEWER, SNAPSHOT_ENCRYPTED, SNAPSHOT_KEY_…, RESTORE_REFUSED, RESTORE_TARGET_NOT_EMPTY (nothing was written), RESTORE_DIFFERS
 */
export async function restoreSnapshot(
  { folder, key }: SnapshotToRestore,
  stores: Stores,
  settings: SettingsStore,
  onProgress: OnSnapshotProgress,
): Promise<{ manifest: Manifest; leftOut: readonly LeftOut[] }> {
  const manifest = await readManifest(folder);
  const identity = await identityFor(folder, manifest, key);
  const snapshot = new SnapshotReader(folder, manifest, identity);
  const { revision, isAtHead } = await refuseNewer(manifest, stores);
  await refuseFilled(stores);
  let [isVerified, isOver] = [false, false];
  const verify = async () => {
    const onRead = (done: number) => {
      if (isOver) throw new Error('Nobody waits for what is read.');
      onProgress({ part: 'verification', done });
    };
    const [problem] = await verifySnapshot(folder, onRead, undefined, identity);
    if (problem)
      throw fault('RESTORE_REFUSED', { problem: problem.message }, { cause: problem, place: problem.place });
    isVerified = true;
  };
  let leftOut: readonly LeftOut[] = [];
  // While PostgreSQL takes the rows, which are nothing until they are committed: each has a processor of its own to do.
  const verified = verify();
  verified.catch(() => undefined);
  // A small snapshot is refused before anything is begun.
  await Promise.race([verified, pause(headStartMs)]);
  try {
    // The tables as they were then; the revisions since are gone through with the rows in them, or with none where they are refused.
    if (!isAtHead) await stores.schema.downgrade(revision);
    let rows = 0;
    const onRows = (_: string, more: number) => {
      rows += more;
      if (isVerified) onProgress({ part: 'database', done: rows });
    };
    await readDatabase(stores.address, snapshot, stores.keys === null, onRows, async () => {
      await verified;
      const keys = await restoreKeys(snapshot, stores.keys);
      const refused = await readDocuments(stores.documents, snapshot, (_, done) =>
        onProgress({ part: 'documents', done }),
      );
      leftOut = [...keys, ...refused];
      await readObjects(stores.objects, snapshot, (done) => onProgress({ part: 'objects', done }));
      const kept = await readSettings(snapshot);
      for (const [name, value] of Object.entries(kept)) settings.set(name, value);
    });
  } catch (error) {
    // What is wrong with the files says more than what PostgreSQL makes of them. For anything else they need not be read to the end.
    isOver = !(error instanceof TrainyardError && /^(SNAPSHOT|RESTORE)_/.test(error.code));
    await verified.catch((problem: unknown) => {
      if (!isOver || problem instanceof TrainyardError) throw problem;
    });
    throw error;
  } finally {
    if (!isAtHead) await stores.schema.upgrade();
  }
  await compare(snapshot, stores);
  return { manifest, leftOut };
}

/** The snapshot's revision, which this version has too, and whether that is the newest, at which the stores are. @throws TrainyardError SNAPSHOT_NEWER */
async function refuseNewer({ database, version }: Manifest, { schema }: Stores) {
  const { revisions } = await schema.history();
  const known = new Map(
    revisions.filter(({ checksum }) => checksum !== null).map((one) => [one.name, one.revision]),
  );
  const unknown = database.revisions.find((name) => !known.has(name));
  const last = known.get(database.revisions.at(-1) ?? '');
  const newest = revisions.findLast(({ checksum }) => checksum !== null);
  if (unknown === undefined && last !== undefined)
    return { revision: last, isAtHead: last === newest?.revision && newest.appliedAt !== null };
  const head = newest?.name ?? '–';
  throw fault('SNAPSHOT_NEWER', {
    what: {
      en: `revision ${unknown} of Trainyard ${version}`,
      ko: `Trainyard ${version}의 ${unknown} 리비전`,
    },
    known: { en: `revisions up to ${head}`, ko: `${head} 리비전까지` },
  });
}

/** @throws TrainyardError RESTORE_TARGET_NOT_EMPTY */
async function refuseFilled({ address }: Stores): Promise<void> {
  await withClient(address, async (client) => {
    for (const { name } of await readTables(client)) {
      // The migrations make one, the local owner.
      const most = name === 'users' ? 1 : 0;
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM (SELECT FROM ${quoted(name)} LIMIT ${most + 1}) AS first_rows`,
      );
      if ((rows[0]?.count ?? 0) > most)
        throw fault('RESTORE_TARGET_NOT_EMPTY', {
          what: { en: `the table ${name} has rows`, ko: `${name} 테이블에 행이 있습니다` },
        });
    }
  });
}

async function restoreKeys(snapshot: SnapshotReader, redis: RedisKeys | null): Promise<readonly LeftOut[]> {
  const count = snapshot.manifest.keys?.count ?? 0;
  if (!redis)
    return count === 0
      ? []
      : [
          {
            en: `${count} keys of Redis (sessions, live values, queued jobs): this profile has no Redis; they are made anew`,
            ko: `Redis 키 ${count}개(세션, 최신 값, 대기 작업): 이 프로필에는 Redis가 없어 필요할 때 다시 만들어집니다`,
          },
        ];
  let page: DumpedKey[] = [];
  await readKeys(snapshot, async (key) => {
    page.push(key);
    if (page.length < keysAtOnce) return;
    await redis.restore(page);
    page = [];
  });
  await redis.restore(page);
  return [];
}

/** Counts what was written; the rows were counted before they were committed. @throws TrainyardError RESTORE_DIFFERS */
async function compare(snapshot: SnapshotReader, { documents, objects }: Stores): Promise<void> {
  for await (const { bucket, key, size } of indexLines(snapshot)) {
    const found = await objects.head(bucket, key);
    if (found?.size !== size) throw fault('RESTORE_DIFFERS', { what: `${bucket}/${key}` });
  }
  for (const { name, documents: expected } of snapshot.manifest.documents) {
    const found = await documents.count(name);
    // Those whose time has come meanwhile are gone.
    if (found > expected) throw fault('RESTORE_DIFFERS', { what: `${name}: ${found} ≠ ${expected}` });
  }
}
