// An import of a capsule in a process of its own, which a test kills: `node capsule-worker.ts URL HOME FILE FOLDER`.

import { importProject } from '../../../src/main/features/exports/capsules.ts';
import { openOn } from '../../stores/snapshots/support.ts';

const [url = '', home = '', file = '', folder = ''] = process.argv.slice(2);
await using stores = await openOn(url, home, null);
await importProject(stores, file, folder);
