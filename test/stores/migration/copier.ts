// One copy in a process of its own, which a test kills: `node copier.ts documents|objects|database FROM TO`.

import { createPool } from '../../../src/main/postgres/pool.ts';
import { PostgresDocumentStore } from '../../../src/main/stores/documents/postgres/document-store.ts';
import { copyDatabase } from '../../../src/main/stores/migration/copy-database.ts';
import { copyDocuments } from '../../../src/main/stores/migration/copy-documents.ts';
import { copyObjects } from '../../../src/main/stores/migration/copy-objects.ts';
import { FilesObjectStore } from '../../../src/main/stores/objects/files/object-store.ts';

const [kind = '', from = '', to = ''] = process.argv.slice(2);
const onProgress = () => undefined;
if (kind === 'database') await copyDatabase({ from: { url: from }, to: { url: to }, onProgress });
if (kind === 'objects')
  await copyObjects(await FilesObjectStore.open(from), await FilesObjectStore.open(to), onProgress);
if (kind === 'documents') {
  const pools = [from, to].map((url) => createPool({ url }));
  const [source, target] = pools.map((pool) => new PostgresDocumentStore(pool));
  if (source && target) await copyDocuments(source, target, onProgress);
  await Promise.all(pools.map((pool) => pool.end()));
}
