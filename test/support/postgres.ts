import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { createFile, replaceFile } from '../../src/main/platform/durable-file.ts';
import {
  type PostgresConnection,
  startEmbeddedPostgres,
  urlOf,
} from '../../src/main/postgres/embedded/embedded-postgres.ts';
import { SchemaService } from '../../src/main/postgres/schema/schema-service.ts';

export { urlOf };

const template = 'trainyard_template';

/** A database of a test's own on a real PostgreSQL 17; dropped, with whoever is connected, when disposed. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly connection: PostgresConnection;
}

/** Runs one statement as the server's owner, outside of the tests' databases. */
async function administer(connection: PostgresConnection, statement: string): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The run's PostgreSQL: whoever asks first starts it and makes the migrated template; the others wait. */
async function sharedServer(): Promise<PostgresConnection> {
  const folder = inject('postgresFolder');
  const ready = path.join(folder, 'ready.json');
  if (createFile(path.join(folder, 'first'), '')) {
    const server = await startEmbeddedPostgres(path.join(folder, 'home'));
    await administer(server.connection, `CREATE DATABASE ${template}`);
    await new SchemaService({ databaseUrl: urlOf({ ...server.connection, database: template }) }).upgrade();
    replaceFile(ready, JSON.stringify(server.connection));
  }
  const end = performance.now() + 60_000;
  while (!existsSync(ready)) {
    if (performance.now() > end) throw new Error('The PostgreSQL of this test run did not start.');
    await delay(25);
  }
  return JSON.parse(readFileSync(ready, 'utf8'));
}

/** A fresh database: with the whole schema, or `empty`. */
export async function createTestDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const server = await sharedServer();
  const database = `test_${randomBytes(8).toString('hex')}`;
  const from = kind === 'migrated' ? template : 'template0';
  await administer(server, `CREATE DATABASE ${database} TEMPLATE ${from}`);
  const connection = { ...server, database };
  return {
    url: urlOf(connection),
    connection,
    [Symbol.asyncDispose]: () => administer(server, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
  };
}
