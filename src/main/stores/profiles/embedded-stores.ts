import path from 'node:path';
import type { Logger } from 'pino';
import { isDiskFault } from '../../platform/faults/system-fault.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../postgres/embedded/embedded-postgres.ts';
import { PostgresDocumentStore } from '../documents/postgres/document-store.ts';
import { liveOnPostgres, objectsInFiles, openRelational, type Stores } from './stores.ts';

const longestPauseMs = 30_000;
/** Room comes back without a word, and everybody waits for it. */
const longestPauseWithoutRoomMs = 2000;

/** Starts PostgreSQL again when it dies, with a pause that grows; the pool and the loops find it by themselves. */
function reviveDatabase(postgres: EmbeddedPostgres, log: Logger): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const revive = async (pauseMs: number): Promise<void> => {
    try {
      const report = await postgres.restart();
      log.info(report, report.message);
    } catch (error) {
      if (over) return;
      log.error({ err: error, pauseMs }, 'PostgreSQL does not start; trying again');
      const longestMs = isDiskFault(error) ? longestPauseWithoutRoomMs : longestPauseMs;
      timer = setTimeout(() => void revive(Math.min(longestMs, pauseMs * 2)), Math.min(longestMs, pauseMs));
    }
  };
  const forget = postgres.onExit((exit) => {
    log.error(exit, 'PostgreSQL ended though nobody stopped it; starting it again');
    if (!over) void revive(250);
  });
  return {
    [Symbol.dispose]: () => {
      over = true;
      clearTimeout(timer);
      forget();
    },
  };
}

/**
 * The stores of the embedded profile: a PostgreSQL of the state folder for everything but objects, which are files. The caller
 * holds the folder's engine lock.
 */
export async function openEmbeddedStores(home: string, log: Logger): Promise<Stores> {
  await using stack = new AsyncDisposableStack();
  const postgres = await startEmbeddedPostgres(home);
  stack.defer(() => postgres.stop());
  log.info(postgres.report, postgres.report.message);
  const relational = await openRelational(postgres.connection, { url: postgres.url, tls: null }, log);
  const { pool, schema } = stack.use(relational);
  const live = liveOnPostgres(pool, log, stack);
  const documents = new PostgresDocumentStore(pool);
  const objects = await objectsInFiles(home);
  await Promise.all([objects.objects.ensureBuckets(), documents.ensureCollections()]);
  stack.use(reviveDatabase(postgres, log));
  const opened = stack.move();
  return {
    profile: 'embedded',
    pool,
    address: postgres.connection,
    schema,
    database: () => postgres.report,
    folders: [postgres.area, path.join(home, 'objects')],
    documents,
    ...live,
    ...objects,
    temporal: null,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
