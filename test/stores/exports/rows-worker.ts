// An import of rows in a process of its own, which a test kills: `node rows-worker.ts URL FILE TABLE`.

import { importRows } from '../../../src/main/stores/exports/rows-import.ts';

const [url = '', file = '', table = ''] = process.argv.slice(2);
await importRows({ url }, { file, table, onConflict: 'fail' });
