import type { Profile } from '../../../shared/model/stack.ts';
import type { UpgradePlan } from '../../../shared/model/upgrade.ts';
import { version } from '../version.ts';
import type { UpgradeFacts } from './facts.ts';

/** Of rows as they lie in tables with their indexes, what they come to packed: a quarter at most was seen. */
const packedShare = 1 / 4;
/** Where there is no snapshot to go by: bytes a second of a slow disk. */
const assumedBytesPerMs = 30_000;
/** Rows are put back, and their indexes made. */
const restoreFactor = 3;
const serversMs = 20_000;
const checksMs = 5000;
const leastMeasureBytes = 64 * 1024 ** 2;

/** What an upgrade changes, and what it takes: from what was read, and nothing else. */
export function upgradePlan(
  profile: Profile,
  servedBy: string | null,
  { changes: ofServers, database, objectBytes, snapshot, rooms }: UpgradeFacts,
): UpgradePlan {
  const changes = [...ofServers, ...(database?.changes ?? [])];
  const moves = changes.some(({ way }) => way === 'move');
  const way = moves ? 'move' : changes.length > 0 ? 'in-place' : null;
  const databaseBytes = database?.bytes ?? null;
  // Revisions are gone through beside what is served first.
  const isRestored = moves || changes.some(({ what }) => what === 'schema');
  const objects = objectBytes ?? 0;
  // Of an unread database the newest snapshot says how large it is.
  const rows = databaseBytes ?? (snapshot ? (snapshot.bytes - snapshot.objectBytes) / packedShare : 0);
  // Those that the newest snapshot has are linked to.
  const newObjects = Math.max(0, objects - (snapshot?.objectBytes ?? 0));
  const needed = way === null ? [0, 0] : [rows * packedShare + newObjects, isRestored ? rows + objects : 0];
  const byPath = new Map<string, { path: string; neededBytes: number; freeBytes: number }>();
  for (const [index, { path, freeBytes }] of rooms.entries()) {
    const before = byPath.get(path)?.neededBytes ?? 0;
    byPath.set(path, { path, neededBytes: Math.round(before + (needed[index] ?? 0)), freeBytes });
  }
  return {
    profile,
    product: { from: servedBy, to: version },
    changes,
    way,
    databaseRead: database !== null,
    databaseBytes,
    objectBytes,
    room: profile === 'external' ? [] : [...byPath.values()],
    estimatedMs: way === null ? null : estimatedMs(rows, objects, snapshot, isRestored),
    runsUnderWay: database?.runsUnderWay ?? null,
  };
}

function estimatedMs(
  rows: number,
  objects: number,
  snapshot: UpgradeFacts['snapshot'],
  isRestored: boolean,
): number {
  // How long a small one took says nothing of bytes.
  const isMeasure = snapshot !== null && snapshot.ms > 0 && snapshot.bytes >= leastMeasureBytes;
  const speed = isMeasure ? snapshot.bytes / snapshot.ms : assumedBytesPerMs;
  const snapshotMs = (rows * packedShare + objects) / speed;
  return Math.round(isRestored ? serversMs + snapshotMs * (1 + restoreFactor) : checksMs + snapshotMs);
}
