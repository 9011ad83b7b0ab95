import path from 'node:path';
import type { DrillReport } from '../../shared/contract/backups.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { checkRestored } from '../features/backups/restored-stores.ts';
import { diskRoom, noRoom } from '../platform/faults/disk-room.ts';
import type { OnSnapshotProgress } from '../stores/snapshots/create-snapshot.ts';
import { keptSettings } from '../stores/snapshots/kept-settings.ts';
import type { Manifest } from '../stores/snapshots/manifest.ts';
import {
  type LeftOut,
  restoreSnapshot,
  type SnapshotToRestore,
} from '../stores/snapshots/restore-snapshot.ts';
import { markProven, readManifest } from '../stores/snapshots/snapshot-folder.ts';
import { type Aside, type AsideParts, openAside, sweepStates } from './aside.ts';
import { replaceState } from './replace-state.ts';

/** What is done of a restore or a drill, and how far that is. */
export interface RestoreProgress {
  readonly part: Parameters<OnSnapshotProgress>[0]['part'] | 'servers' | 'checks' | 'switch';
  readonly done: number;
}

type OnRestoreProgress = (progress: RestoreProgress) => void;

interface Restored {
  readonly manifest: Manifest;
  readonly leftOut: readonly LeftOut[];
  readonly report: DrillReport;
}

/** Rows as they are packed, and what they come to in tables with their indexes: seen from 4 to 10. */
const unpacked = 10;

/** @throws TrainyardError DISK_FULL where the state folder's disk cannot take it */
async function requireRoom(home: string, folder: string): Promise<void> {
  const { files, objects } = await readManifest(folder);
  const packed = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const room = await diskRoom(path.join(home, 'objects'));
  if (objects.bytes + unpacked * packed < room.freeBytes) return;
  throw noRoom(
    {
      en: 'The snapshot does not fit beside what is there',
      ko: '지금 있는 데이터와 함께 스냅숏을 둘 공간이 없습니다',
    },
    room,
  );
}

/** Restores into stores of their own and uses them as an engine would. */
async function restoreInto(
  aside: Aside,
  snapshot: SnapshotToRestore,
  onProgress: OnRestoreProgress,
): Promise<Restored> {
  const { manifest, leftOut } = await restoreSnapshot(snapshot, aside.stores, aside.settings, onProgress);
  onProgress({ part: 'checks', done: 0 });
  return { manifest, leftOut, report: await checkRestored(aside.stores, manifest) };
}

async function openFor(parts: AsideParts, folder: string, onProgress: OnRestoreProgress): Promise<Aside> {
  await sweepStates(parts);
  await requireRoom(parts.home, folder);
  onProgress({ part: 'servers', done: 0 });
  return openAside(parts);
}

/**
 * Proves that a snapshot can be restored: restores it into stores that exist for that alone, and removes them. One that worked is marked.
 * Where the profile's servers are somebody else's the stores are embedded ones.
 * @returns what was found; a snapshot that cannot be restored at all throws what `restoreSnapshot` throws
 */
export async function drillSnapshot(
  parts: AsideParts,
  snapshot: SnapshotToRestore,
  onProgress: OnRestoreProgress,
): Promise<Restored> {
  const begun = performance.now();
  const profile = parts.profile === 'external' ? 'embedded' : parts.profile;
  await using aside = await openFor({ ...parts, profile }, snapshot.folder, onProgress);
  const restored = await restoreInto(aside, snapshot, onProgress);
  if (restored.report.ok) markProven(snapshot.folder, new Date());
  return { ...restored, report: { ...restored.report, durationMs: Math.round(performance.now() - begun) } };
}

/**
 * Restores a snapshot beside what is served, and puts it into service once it works; what was served is kept, and can be brought back.
 * Killed at any moment, the old state serves or the new one, whole.
 * @param whileClosed does the switch while nothing has the stores open
 * @throws TrainyardError RESTORE_DIFFERS where it does not work; what is served stays then
 */
export async function restoreBeside(
  parts: AsideParts,
  snapshot: SnapshotToRestore,
  onProgress: OnRestoreProgress,
  whileClosed: (change: () => Promise<void>) => Promise<void>,
): Promise<Restored> {
  await using aside = await openFor(parts, snapshot.folder, onProgress);
  const restored = await restoreInto(aside, snapshot, onProgress);
  const failed = restored.report.checks.find(({ ok }) => !ok);
  if (failed) throw fault('RESTORE_DIFFERS', { what: `${failed.check}: ${failed.detail}` });
  onProgress({ part: 'switch', done: 0 });
  const { id, at } = restored.manifest;
  const settings = keptSettings(aside.settings);
  await whileClosed(async () => {
    await aside.keep();
    await replaceState(parts, { from: aside.name, settings, by: 'restore', snapshot: { id, at } });
  });
  return restored;
}
