// Sets up or proves encryption in a process of its own, which a test kills: `node encryption-worker.ts set-up|prove HOME`, with the key on standard input.

import path from 'node:path';
import { text } from 'node:stream/consumers';
import { openSettings } from '../../../../src/main/stores/settings/settings-store.ts';
import { encryptionOf } from './encryption.ts';

const [verb = '', home = ''] = process.argv.slice(2);
using settings = openSettings(home);
const encryption = encryptionOf({ settings, home: path.join(home, 'other') });
if (verb === 'set-up') process.stdout.write(JSON.stringify(await encryption.setUp({})));
else await encryption.prove({ identities: await text(process.stdin) });
