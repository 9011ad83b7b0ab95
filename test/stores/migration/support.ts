import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type pg from 'pg';
import { createPool } from '../../../src/main/postgres/pool.ts';
import type { DocumentStore } from '../../../src/main/stores/documents/ports.ts';
import { PostgresDocumentStore } from '../../../src/main/stores/documents/postgres/document-store.ts';
import { createTestDatabase } from '../../support/postgres.ts';

/** Runs `copier.ts`; rejects with the signal where it is killed. */
export function runCopier(args: readonly string[], failpoint = ''): Promise<unknown> {
  const program = fileURLToPath(new URL('./copier.ts', import.meta.url));
  return promisify(execFile)(process.execPath, [program, ...args], {
    env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
  });
}

export interface OpenedDatabase extends AsyncDisposable {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly documents: DocumentStore;
}

/** A migrated database of a test's own, with the embedded profile's documents in it. */
export async function openDatabase(): Promise<OpenedDatabase> {
  const database = await createTestDatabase();
  const pool = createPool({ url: database.url });
  return {
    url: database.url,
    pool,
    documents: new PostgresDocumentStore(pool),
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
