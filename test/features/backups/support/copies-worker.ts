// Adds a destination where there is none, and copies what waits, in a process of its own, which a test kills: `node copies-worker.ts HOME SNAPSHOTS PLACE`.

import { copiesOf } from './copies.ts';

const [home = '', snapshots = '', place = ''] = process.argv.slice(2);
await using copies = copiesOf({ home, snapshots });
if (copies.kept.all().length === 0) await copies.add(place);
await copies.settle();
