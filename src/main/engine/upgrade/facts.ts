import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { UpgradeChange } from '../../../shared/model/upgrade.ts';
import { countUnderWay } from '../../features/backups/compare.ts';
import { nullOn } from '../../platform/error-code.ts';
import { diskRoom } from '../../platform/faults/disk-room.ts';
import { readStateText } from '../../platform/state-file.ts';
import { packageFolder } from '../../postgres/embedded/binaries.ts';
import { findLocation } from '../../postgres/embedded/location.ts';
import { serverUser } from '../../postgres/embedded/server-user.ts';
import { buckets, type ObjectStore } from '../../stores/objects/ports.ts';
import type { Stores } from '../../stores/profiles/stores.ts';
import { bytesOf, listSnapshots } from '../../stores/snapshots/snapshot-folder.ts';
import { type AsideParts, stackOf } from '../aside.ts';

/** What is known of a database. */
export interface DatabaseFacts {
  readonly bytes: number;
  readonly changes: readonly UpgradeChange[];
  readonly runsUnderWay: number;
}

/** What the time and the room of an upgrade are reckoned from. */
export interface UpgradeFacts {
  /** Of images and servers. */
  readonly changes: readonly UpgradeChange[];
  /** Null where it cannot be read. */
  readonly database: DatabaseFacts | null;
  readonly objectBytes: number | null;
  /** The newest snapshot that can be read. */
  readonly snapshot: { readonly bytes: number; readonly objectBytes: number; readonly ms: number } | null;
  /** Of the snapshots, and of what is restored beside. */
  readonly rooms: readonly { readonly path: string; readonly freeBytes: number }[];
}

/** The major version of the PostgreSQL whose data a state folder holds; null where it holds none. */
function embeddedMajor(home: string): string | null {
  if (!existsSync(path.join(home, 'database.json'))) return null;
  const { dataDirectory } = findLocation(home, serverUser());
  const file = path.join(dataDirectory, 'PG_VERSION');
  return readStateText(file, { hint: '', owners: 'any' })?.trim() ?? null;
}

/** Where the embedded server's data is another major version's than this program's. */
export function embeddedChange(home: string): Extract<UpgradeChange, { what: 'postgres' }> | null {
  const from = embeddedMajor(home);
  const to = packageFolder().version.split('.')[0] ?? '';
  return from === null || from === to ? null : { what: 'postgres', from, to, way: 'move' };
}

/** A database that can be asked. */
type Asked = Pick<Stores, 'schema' | 'pool'>;

/** Reads what a database is behind with. @throws TrainyardError SCHEMA_AHEAD and what connecting throws */
async function readDatabaseFacts({ schema, pool }: Asked): Promise<DatabaseFacts> {
  const { revision, head, pending } = await schema.current();
  const changingData = (await schema.dataChangeAhead())?.revisions ?? [];
  const { rows } = await pool.query<{ bytes: string }>(
    'SELECT pg_database_size(current_database())::text AS bytes',
  );
  const collations = await schema.collations();
  return {
    bytes: Number(rows[0]?.bytes),
    runsUnderWay: revision === null ? 0 : await countUnderWay({ pool }),
    changes: [
      ...(revision !== null && pending.length > 0
        ? [
            {
              ...({ what: 'schema', from: revision, to: head, revisions: pending } as const),
              ...({ changingData, way: 'in-place' } as const),
            },
          ]
        : []),
      ...collations.map(
        ({ name, recorded, actual }) =>
          ({ what: 'collation', name, from: recorded, to: actual, way: 'in-place' }) as const,
      ),
    ],
  };
}

/** Images and servers that are others than those that the data was last served by. */
export async function readServerChanges(parts: AsideParts): Promise<UpgradeChange[]> {
  const { home, profile } = parts;
  if (profile === 'embedded') return [embeddedChange(home)].filter((change) => change !== null);
  if (profile === 'external') return [];
  await using local = stackOf(home, parts);
  return (await local.stack.imageChanges()).map(({ moves, ...change }) => ({
    ...({ what: 'image', ...change, way: moves ? 'move' : 'in-place' } as const),
  }));
}

async function readObjectBytes(home: string, objects: Pick<ObjectStore, 'list'> | null): Promise<number> {
  let bytes = 0;
  if (objects) {
    for (const bucket of buckets) for await (const { size } of objects.list(bucket, '')) bytes += size;
    return bytes;
  }
  const folder = path.join(home, 'objects');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(nullOn('ENOENT'));
  for (const entry of entries ?? [])
    if (entry.isFile()) bytes += (await stat(path.join(entry.parentPath, entry.name))).size;
  return bytes;
}

async function newestSnapshot(home: string): Promise<UpgradeFacts['snapshot']> {
  for (const { manifest } of await listSnapshots(path.join(home, 'snapshots'))) {
    if (!manifest) continue;
    return {
      bytes: bytesOf(manifest),
      objectBytes: manifest.objects.bytes,
      ms: Date.parse(manifest.finishedAt) - Date.parse(manifest.at),
    };
  }
  return null;
}

/**
 * Reads what an upgrade of a state folder is about; changes nothing.
 * @param database null where it cannot be asked
 * @param objects null where they are files of the state folder, or cannot be asked
 */
export async function readUpgradeFacts(
  parts: AsideParts,
  database: Asked | null,
  objects: Pick<ObjectStore, 'list'> | null,
): Promise<UpgradeFacts> {
  const { home, profile } = parts;
  const hasObjects = profile === 'embedded' || objects !== null;
  return {
    changes: await readServerChanges(parts),
    database: database && (await readDatabaseFacts(database)),
    objectBytes: hasObjects ? await readObjectBytes(home, objects) : null,
    snapshot: await newestSnapshot(home),
    rooms: await Promise.all([diskRoom(path.join(home, 'snapshots')), diskRoom(path.join(home, 'objects'))]),
  };
}
