// One snapshot or restore in a process of its own, which a test kills: `node worker.ts create|restore URL HOME FOLDER`.

import { openOn, restoreInto, snapshotOf } from './support.ts';

const [verb = '', url = '', home = '', folder = ''] = process.argv.slice(2);
await using stores = await openOn(url, home, null);
if (verb === 'create') await snapshotOf({ stores, snapshots: folder });
if (verb === 'restore') await restoreInto({ stores, home }, folder);
