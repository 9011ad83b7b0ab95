/** A revision as its file has it. */
export interface RevisionFile {
  /** The file's name without its ending, as `0003_workflows`: what the database remembers. */
  readonly name: string;
  /** SHA-256 of the text, hexadecimal; the same however the lines end. */
  readonly checksum: string;
}

/** A revision that a database has. */
export interface AppliedRevision {
  readonly name: string;
  readonly appliedAt: Date;
  /** Of the text that was applied; null where it was applied by something else than this program. */
  readonly checksum: string | null;
}

/** The numbered files, in order. */
export interface RevisionFiles {
  /** @throws TrainyardError REVISION_FILES_INVALID (a name without a number, a number twice, no up or down) */
  list(): Promise<RevisionFile[]>;
  /** Writes a new file and answers its path. @throws TrainyardError REVISION_EXISTS */
  create(name: string, text: string): Promise<string>;
}

export interface DatabaseState {
  readonly applied: readonly AppliedRevision[];
  /** What differs from the structure that the last migration left, one sentence each. */
  readonly drift: readonly string[];
}

/** The database whose schema this is. Every method throws TrainyardError POSTGRES_… where it cannot be reached or refuses. */
export interface SchemaDatabase {
  /** Changes nothing, also where no revision was ever applied. */
  read(): Promise<DatabaseState>;
  /**
   * Keeps other migrators out, asks `plan` which revisions to go through, in order, from what is applied then, and goes
   * through all of them or none. Answers their names and what stands after. What `plan` throws ends it with nothing done.
   */
  migrate(
    direction: 'up' | 'down',
    plan: (applied: readonly AppliedRevision[]) => readonly string[],
  ): Promise<{ readonly done: readonly string[]; readonly state: DatabaseState }>;
}
