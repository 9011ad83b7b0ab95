import path from 'node:path';
import type { Logger } from 'pino';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { isDiskFault } from '../../platform/faults/system-fault.ts';
import { BackOff, pause } from '../../platform/waiting.ts';
import type { EmbeddedPostgres } from '../../postgres/embedded/embedded-postgres.ts';
import { PostgresDocumentStore } from '../documents/postgres/document-store.ts';
import { liveOnPostgres, objectsInFiles, openRelational, type SchemaUse, type Stores } from './stores.ts';

const firstPauseMs = 250;
const longestPauseMs = 30_000;
/** Room comes back without a word, and everybody waits for it. */
const longestPauseWithoutRoomMs = 2000;

/** Starts PostgreSQL again when it dies, with a pause that grows; the pool and the loops find it by themselves. */
function reviveDatabase(postgres: EmbeddedPostgres, log: Logger): Disposable {
  const over = new AbortController();
  const revive = async (): Promise<void> => {
    for (const backOff = new BackOff(firstPauseMs, longestPauseMs); !over.signal.aborted; ) {
      try {
        const report = await postgres.restart();
        log.info(report, report.message);
        return;
      } catch (error) {
        if (over.signal.aborted) return;
        const pauseMs = backOff.next(isDiskFault(error) ? longestPauseWithoutRoomMs : longestPauseMs);
        log.error({ err: error, pauseMs }, 'PostgreSQL does not start; trying again');
        await pause(pauseMs, over.signal);
      }
    }
  };
  const forget = postgres.onExit((exit) => {
    log.error(exit, 'PostgreSQL ended though nobody stopped it; starting it again');
    void revive();
  });
  return {
    [Symbol.dispose]: () => {
      over.abort();
      forget();
    },
  };
}

/** Its first connection proves the password: where that is not the database's, it is given to it, once. */
async function openUnlocked(
  postgres: EmbeddedPostgres,
  log: Logger,
  schemaUse: SchemaUse,
): ReturnType<typeof openRelational> {
  const open = () => openRelational(postgres.connection, { url: postgres.url, tls: null }, log, schemaUse);
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof TrainyardError && hasCode(error.cause, '28P01'))) throw error;
    await postgres.unlock();
    log.info(postgres.report, postgres.report.message);
    return open();
  }
}

/**
 * The stores of the embedded profile: a PostgreSQL of the state folder for everything but objects, which are files. The caller
 * holds the folder's engine lock.
 * @param postgres runs, and is stopped with the stores
 */
export async function openEmbeddedStores(
  home: string,
  postgres: EmbeddedPostgres,
  log: Logger,
  schemaUse: SchemaUse,
): Promise<Stores> {
  await using stack = new AsyncDisposableStack();
  stack.defer(() => postgres.stop());
  log.info(postgres.report, postgres.report.message);
  const { pool, schema, bringUp, expectEnd } = stack.use(await openUnlocked(postgres, log, schemaUse));
  const live = liveOnPostgres(pool, log, stack);
  const documents = new PostgresDocumentStore(pool);
  const objects = await objectsInFiles(home);
  const opened = new AsyncDisposableStack();
  const stores: Stores = {
    profile: 'embedded',
    pool,
    address: postgres.connection,
    schema,
    dumpSchema: null,
    database: () => postgres.report,
    folders: [postgres.area, path.join(home, 'objects')],
    documents,
    mongo: null,
    ...live,
    ...objects,
    s3: null,
    temporal: null,
    expectEnd,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
  await Promise.all([objects.objects.ensureBuckets(), bringUp(stores)]);
  stack.use(reviveDatabase(postgres, log));
  opened.use(stack.move());
  return stores;
}
