export const migrationsTable = 'trainyard_migrations';
export const checksumsTable = 'trainyard_checksums';
/** Ids of the snapshots that were made of this database; the first snapshot makes it. */
export const snapshotsTable = 'trainyard_snapshots';

/** Tables that say what was done to a database. They belong to it alone: no copy takes them along, and no revision describes them. */
export const bookkeepingTables: readonly string[] = [migrationsTable, checksumsTable, snapshotsTable];
