// One snapshot, restore or removal of all but the newest in a process of its own, which a test kills: `node worker.ts create|restore URL HOME FOLDER`, `prune FOLDER`.

import { listSnapshots, removeSnapshots } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import { openOn, restoreInto, snapshotOf } from './support.ts';

const [verb = '', ...rest] = process.argv.slice(2);
if (verb === 'prune') {
  const [folder = ''] = rest;
  const [, ...older] = await listSnapshots(folder);
  await removeSnapshots(
    folder,
    older.map(({ id }) => id),
  );
} else {
  const [url = '', home = '', folder = ''] = rest;
  await using stores = await openOn(url, home, null);
  if (verb === 'create') await snapshotOf({ stores, snapshots: folder });
  if (verb === 'restore') await restoreInto({ stores, home }, folder);
}
