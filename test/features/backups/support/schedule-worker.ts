import { openSettings } from '../../../../src/main/stores/settings/settings-store.ts';
import { openOn } from '../../../stores/snapshots/support.ts';
import { lookAt } from './look-at.ts';

/** An engine that looks at its schedule at these times, on stores of a test's own, and is killed at the failpoint of its environment. */
const [url = '', home = '', snapshots = '', ...times] = process.argv.slice(2);
await using stores = await openOn(url, home, null);
using settings = openSettings(home);
await lookAt({ stores, settings, snapshots }, times);
