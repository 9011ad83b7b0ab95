// An import of documents in a process of its own, which a test kills: `node documents-worker.ts URL FOLDER`.

import { createPool } from '../../../src/main/postgres/pool.ts';
import { PostgresDocumentStore } from '../../../src/main/stores/documents/postgres/document-store.ts';
import { importDocuments } from '../../../src/main/stores/exports/documents-import.ts';
import { dumpedCollections } from '../../../src/main/stores/exports/dumped-collections.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const pool = createPool({ url }, { onIdleError: () => undefined });
await importDocuments(
  new PostgresDocumentStore(pool),
  await dumpedCollections(folder, null),
  () => undefined,
);
await pool.end();
