import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../../src/main/postgres/embedded/embedded-postgres.ts';
import { SchemaService } from '../../../src/main/postgres/schema/schema-service.ts';

/** Runs `work` with the URL of a database that has the whole schema, on a PostgreSQL of its own with the product's settings. */
export async function withPostgres<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const home = await mkdtemp(path.join(tmpdir(), 'trainyard-bench-'));
  try {
    const server = await startEmbeddedPostgres(home);
    try {
      const { host, port, user, password, database } = server.connection;
      const url = `postgres://${user}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${port}/${database}`;
      await new SchemaService({ databaseUrl: url }).upgrade();
      return await work(url);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
