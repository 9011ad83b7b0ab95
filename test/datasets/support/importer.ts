import { localOwnerId } from '../../../src/main/domain/identity/local-owner.ts';
import { importOver, openService } from './open-service.ts';

/**
 * An engine's part on datasets in a process that may be killed: goes on with what is unfinished, then imports what it is told to,
 * and waits for all of it. Arguments: database URL, state folder, and the request as JSON or nothing.
 */
const [databaseUrl, home, request] = process.argv.slice(2);
if (!databaseUrl || !home) throw new Error('the database and the state folder are wanted');
await using opened = await openService(databaseUrl, home);
const { rows } = await opened.pool.query<{ id: string }>(
  `SELECT id FROM dataset_imports WHERE phase NOT IN ('done', 'failed')`,
);
await opened.service.resumeImports();
for (const { id } of rows) await importOver(opened, id);
if (request) {
  const begun = await opened.service.import(localOwnerId, JSON.parse(request));
  await importOver(opened, begun.importId);
}
