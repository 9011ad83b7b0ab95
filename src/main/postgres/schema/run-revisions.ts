import type pg from 'pg';
import { checksumsTable, migrationsTable } from './bookkeeping.ts';
import { readMigration } from './migration-files.ts';

/** Called as each revision is begun, with its name. */
export type OnRevision = (name: string) => void;

interface Revisions {
  readonly folder: string;
  readonly direction: 'up' | 'down';
  /** In the order in which they are gone through. */
  readonly names: readonly string[];
  readonly onRevision: OnRevision;
}

/** Goes through revisions, whose files are SQL, by node-pg-migrate. @throws what one of their statements is refused with */
export async function runRevisions(
  client: pg.Client,
  { folder, direction, names, onRevision }: Revisions,
): Promise<void> {
  // Loaded here because it costs more than everything else, and most starts have nothing to migrate.
  const { runner } = await import('node-pg-migrate');
  const failures: string[] = [];
  const done = await runner({
    dbClient: client,
    dir: folder,
    direction,
    count: names.length,
    migrationsTable,
    // The transaction and the lock are ours: the bookkeeping, the checksums and the check of the plan belong into them.
    noLock: true,
    singleTransaction: false,
    checkOrder: true,
    migrationLoaderStrategies: [
      {
        extensions: ['.sql'],
        loader: (paths) => Promise.all(paths.map((file) => loadUnit(file, onRevision))),
      },
    ],
    logger: {
      info: () => undefined,
      warn: () => undefined,
      error: (message) => failures.push(message),
    },
  });
  if (done.map(({ name }) => name).join() !== names.join()) {
    throw new Error(
      `Went through ${done.map(({ name }) => name).join(', ')} instead of ${names.join(', ')}.`,
    );
  }
}

async function loadUnit(file: string, onRevision: OnRevision) {
  const { name, checksum, up, down } = await readMigration(file);
  const action =
    (...texts: readonly string[]) =>
    (builder: { noTransaction(): void; sql(text: string): void }) => {
      onRevision(name);
      builder.noTransaction();
      for (const text of texts) builder.sql(text);
    };
  return {
    id: file,
    filePaths: [file],
    actions: {
      up: action(up, `INSERT INTO ${checksumsTable} (name, sha256) VALUES ('${name}', '${checksum}')`),
      down: action(down, `DELETE FROM ${checksumsTable} WHERE name = '${name}'`),
    },
  };
}
