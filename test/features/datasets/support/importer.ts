import { Readable } from 'node:stream';
import { localOwnerId } from '../../../../src/main/features/identity/local-owner.ts';
import { importOver, openService } from './open-service.ts';

/**
 * An engine's part on datasets in a process that may be killed: goes on with what is unfinished, then does what it is told to,
 * and waits for all of it. Arguments: database URL, state folder, and what to do as JSON or nothing.
 */
const [databaseUrl, home, told] = process.argv.slice(2);
if (!databaseUrl || !home) throw new Error('the database and the state folder are wanted');
await using opened = await openService(databaseUrl, home);
const { rows } = await opened.pool.query<{ id: string }>(
  `SELECT id FROM dataset_imports WHERE phase NOT IN ('done', 'failed', 'cancelled')`,
);
const wanted = told ? JSON.parse(told) : {};
if (wanted.cancel) await opened.service.cancelImport(localOwnerId, wanted.cancel);
await opened.service.imports.resume();
for (const { id } of rows) await importOver(opened, id);

if (wanted.import) {
  const begun = await opened.service.import(localOwnerId, wanted.import);
  await importOver(opened, begun.importId);
}
if (wanted.link) await opened.service.link(localOwnerId, 'pets', wanted.link);
if (wanted.prepare) await opened.service.files.prepareForTraining(wanted.prepare, 1);
if (wanted.remove) await opened.service.remove(localOwnerId, wanted.remove);
if (wanted.upload) await opened.uploads.store(wanted.upload, 'pets.zip', Readable.from([Buffer.alloc(1000)]));
