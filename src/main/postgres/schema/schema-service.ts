import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { TlsOptions } from '../../platform/endpoints.ts';
import { migrationsFolder } from '../../platform/paths.ts';
import { type OtherCollation, otherCollations } from '../collations.ts';
import { readTarget } from '../errors.ts';
import type { PostgresAddress } from '../pool.ts';
import { changesRows, type DataChange, dataChangeOf, dataMark } from './data-changes.ts';
import { type Drift, expectedObjects, readDrift, readHandmade } from './drift.ts';
import { createMigration, readMigrations } from './migration-files.ts';
import { type DatabaseState, migrate, readApplied, readDatabase, readThrough } from './migrator.ts';
import {
  checkOrder,
  editedRevisions,
  planDowngrade,
  planUpgrade,
  type RevisionFile,
  revisionOf,
} from './plan.ts';
import { withReadingClient } from './reading-client.ts';

/** Revisions by number, as `0003`. */
export interface SchemaState {
  /** Null: nothing of ours is in the database. */
  readonly revision: string | null;
  readonly head: string;
  readonly pending: readonly string[];
  readonly edited: readonly string[];
  /** One sentence for each difference from what the migrations left. */
  readonly drift: readonly string[];
}

export interface SchemaChange extends SchemaState {
  /** In the order in which they were gone through; empty if nothing was to be done. */
  readonly done: readonly string[];
}

export interface SchemaCheck extends Omit<SchemaState, 'drift'> {
  /** Whether nothing drifted and no applied revision was edited; pending ones are none of it. */
  readonly ok: boolean;
  /** In an order in which the commands can be run. */
  readonly drift: readonly Drift[];
}

export interface RevisionEntry {
  readonly revision: string;
  readonly name: string;
  /** ISO 8601, UTC; null if it is not applied. */
  readonly appliedAt: string | null;
  /** Of the file; null if this program has no file of it. */
  readonly checksum: string | null;
  readonly edited: boolean;
}

const template = (message: string, { up, down }: Suggestion) => `-- ${message}

-- Up Migration

${up}
-- Down Migration

${down}`;

/** What a revision may do, statement by statement in SQL. */
interface Suggestion {
  readonly up: string;
  readonly down: string;
}

/** A statement that takes longer hangs more likely than it works. */
const usualTimeout = '2h';

export interface MigrationOptions {
  /** Called before revisions change rows that are there, with nothing done yet; what it throws ends the migration. */
  readonly beforeDataChange?: (change: DataChange) => Promise<unknown>;
  /** How long one statement may take, as PostgreSQL spells it: `30min`, `2h`. */
  readonly statementTimeout?: string;
}

/** The database's schema by numbered revisions, in Alembic's manner. */
export class SchemaService {
  private readonly address: PostgresAddress;
  private readonly folder: string;

  /**
   * The schema of the database at a URL; no engine is needed. Nothing is connected until a method is called, and nothing stays
   * connected after. `folder`: other migrations than the program's own.
   * @throws TrainyardError POSTGRES_URL_INVALID
   */
  constructor(options: {
    readonly databaseUrl: string;
    readonly tls?: TlsOptions | null;
    readonly folder?: string;
  }) {
    const { databaseUrl: url, tls = null, folder = migrationsFolder() } = options;
    // Only to refuse an address that cannot be used.
    readTarget(url);
    this.address = { url, tls };
    this.folder = folder;
  }

  /** Migrates up to `head`, a revision (`0003`), or `+n` steps on: all of it or nothing. Errors as `planUpgrade` and `migrate`. */
  upgrade(target = 'head', options: MigrationOptions = {}): Promise<SchemaChange> {
    return this.migrate('up', planUpgrade, target, options);
  }

  /**
   * Whether the database is at `head`, asked over a connection of the pool, which others go on with; what differs there is looked for beside
   * them.
   * @param pool connects to the same database
   * @returns what differs; null where there are revisions to go through
   * @throws TrainyardError as `planUpgrade`
   */
  async atHead(pool: pg.Pool): Promise<{ readonly drift: Promise<readonly string[]> } | null> {
    const [files, { applied, drift }] = await Promise.all([
      readMigrations(this.folder),
      readThrough(pool, this.address),
    ]);
    const isThere = planUpgrade(files, applied, 'head').length === 0 && applied.length > 0;
    return isThere ? { drift: drift() } : null;
  }

  /** What going up to `head` changes of the rows that are there; null where none is. */
  async dataChangeAhead(): Promise<DataChange | null> {
    return this.changeAhead('up', planUpgrade, 'head');
  }

  /** Migrates down to `base` (nothing of ours is left), a revision that stays, or `-n` steps back: all of it or nothing. Errors as `planDowngrade` and `migrate`. */
  downgrade(target = '-1', options: MigrationOptions = {}): Promise<SchemaChange> {
    return this.migrate('down', planDowngrade, target, options);
  }

  /** Where the database stands; changes nothing. */
  async current(): Promise<SchemaState> {
    const [files, state] = await Promise.all([readMigrations(this.folder), readDatabase(this.address)]);
    return describe(files, state);
  }

  /**
   * Compares the database with what its revisions make in an empty one, which is made for it and dropped again; changes nothing else.
   * @throws TrainyardError SCHEMA_AHEAD, SCHEMA_OUT_OF_ORDER; SCHEMA_CHECK_REFUSED where the account may make no database, SCHEMA_CHECK_READ_ONLY
   */
  async check(): Promise<SchemaCheck> {
    const [files, { applied }] = await Promise.all([readMigrations(this.folder), readDatabase(this.address)]);
    checkOrder(files, applied);
    const names = applied.map(({ name }) => name);
    const expected = names.length > 0 && (await expectedObjects(this.address, this.folder, names));
    const drift = expected
      ? await withReadingClient(this.address, (client) => readDrift(client, expected))
      : [];
    const state = describe(files, { applied, drift: [] });
    return { ...state, ok: drift.length === 0 && state.edited.length === 0, drift };
  }

  /** Collations that the server has in another version than the database's indexes were made with. */
  collations(): Promise<OtherCollation[]> {
    return withReadingClient(this.address, otherCollations);
  }

  /** Every revision, oldest first; those the database has and this program does not know come last. */
  async history(): Promise<{ revisions: RevisionEntry[] }> {
    const [files, { applied }] = await Promise.all([readMigrations(this.folder), readDatabase(this.address)]);
    const times = new Map(applied.map(({ name, appliedAt }) => [name, appliedAt.toISOString()]));
    const edited = new Set(editedRevisions(files, applied).map(({ name }) => name));
    const known = new Set(files.map(({ name }) => name));
    const unknown = applied.filter(({ name }) => !known.has(name));
    const entry = (name: string, checksum: string | null): RevisionEntry => ({
      revision: revisionOf(name),
      name,
      appliedAt: times.get(name) ?? null,
      checksum,
      edited: edited.has(name),
    });
    return {
      revisions: [
        ...files.map(({ name, checksum }) => entry(name, checksum)),
        ...unknown.map(({ name }) => entry(name, null)),
      ],
    };
  }

  /**
   * Writes the next numbered file.
   * @param options.isEmpty nothing is connected to; else what was changed in the database by hand is what the revision does, as a suggestion
   * @throws TrainyardError REVISION_MESSAGE_INVALID, REVISION_NOT_WRITTEN, SCHEMA_NOT_AT_HEAD, and what `check` throws
   */
  async revision(
    message: string,
    { isEmpty }: { readonly isEmpty: boolean },
  ): Promise<{ revision: string; path: string; statements: number }> {
    const words = message.trim().replaceAll(/\s+/g, ' ');
    const slug = words
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .slice(0, 60);
    if (slug === '') throw fault('REVISION_MESSAGE_INVALID', { message: words });
    const last = (await readMigrations(this.folder)).at(-1);
    const revision = String(Number(last ? revisionOf(last.name) : 0) + 1).padStart(4, '0');
    const [up, down] = isEmpty ? [[], []] : await this.handmade();
    const text = template(words, { up: part(up), down: part(down) });
    const path = await createMigration(this.folder, `${revision}_${slug}`, text);
    return { revision, path, statements: up.length };
  }

  /** What was changed in the database by hand: the commands that do it, and those that take it back. */
  private async handmade(): Promise<readonly [readonly string[], readonly string[]]> {
    const [files, { applied }] = await Promise.all([readMigrations(this.folder), readDatabase(this.address)]);
    checkOrder(files, applied);
    const head = files.at(-1)?.name ?? '';
    if (applied.length < files.length) {
      const at = applied.at(-1)?.name;
      throw fault('SCHEMA_NOT_AT_HEAD', { head: revisionOf(head), revision: at ? revisionOf(at) : 'base' });
    }
    const names = files.map(({ name }) => name);
    const expected = await expectedObjects(this.address, this.folder, names);
    const { revised, restored } = await withReadingClient(this.address, (client) =>
      readHandmade(client, expected),
    );
    return [revised, restored];
  }

  private async changeAhead(direction: 'up' | 'down', plan: typeof planUpgrade, target: string) {
    const [files, applied] = await Promise.all([readMigrations(this.folder), readApplied(this.address)]);
    return dataChangeOf(files, applied, direction, plan(files, applied, target));
  }

  private async migrate(
    direction: 'up' | 'down',
    plan: typeof planUpgrade,
    target: string,
    { beforeDataChange, statementTimeout = usualTimeout }: MigrationOptions,
  ): Promise<SchemaChange> {
    const change = beforeDataChange && (await this.changeAhead(direction, plan, target));
    if (change) await beforeDataChange(change);
    const files = await readMigrations(this.folder);
    const { done, state } = await migrate(this.address, this.folder, {
      ...{ direction, statementTimeout },
      plan: (applied) => plan(files, applied, target),
    });
    return { ...describe(files, state), done: done.map(revisionOf) };
  }
}

/** Marked where they change data, as the test of the revisions asks for. */
const part = (commands: readonly string[]) => {
  const text = statements(commands);
  return changesRows(text) ? `${dataMark}\n${text}` : text;
};
const statements = (commands: readonly string[]) => commands.map((one) => `${one};\n`).join('');

function describe(files: readonly RevisionFile[], { applied, drift }: DatabaseState): SchemaState {
  const known = new Set(applied.map(({ name }) => name));
  const newest = applied.at(-1);
  return {
    revision: newest ? revisionOf(newest.name) : null,
    head: revisionOf(files.at(-1)?.name ?? ''),
    pending: files.filter(({ name }) => !known.has(name)).map(({ name }) => revisionOf(name)),
    edited: editedRevisions(files, applied).map(({ name }) => revisionOf(name)),
    drift,
  };
}
