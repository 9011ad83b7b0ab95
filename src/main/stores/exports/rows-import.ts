import path from 'node:path';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { type PostgresAddress, withClient } from '../../postgres/pool.ts';
import { quoted, sameText } from '../migration/table-shapes.ts';
import type { RowConflicts } from './row-conflicts.ts';
import { advanceSequences, stageRows } from './staged-rows.ts';

export interface RowsImport {
  readonly table: string;
  readonly added: number;
  /** There already, with the same content. */
  readonly present: number;
  /** Left out because of a row that is there. */
  readonly skipped: number;
  /** Why nothing was imported; the first of them. */
  readonly problems: readonly TrainyardError[];
  readonly problemCount: number;
}

export interface RowsImportRequest {
  /** Packed by its name's end. */
  readonly file: string;
  readonly table: string;
  readonly onConflict: RowConflicts;
}

/**
 * Adds the rows of one table from a file of SQL. Nothing of the file is run: the rows of its COPY block are taken as values of the live table's
 * columns, compared with what is there, and added in one transaction or not at all. Harmless to repeat: a row that is there with the same
 * content stays. The table's triggers run, as for every row that is added.
 * @throws TrainyardError EXPORT_TABLE_UNKNOWN, IMPORT_…, POSTGRES_…
 */
export async function importRows(address: PostgresAddress, request: RowsImportRequest): Promise<RowsImport> {
  const file = path.resolve(request.file);
  const { table, onConflict } = request;
  return withClient(address, async (client) => {
    await client.query(`BEGIN; ${sameText}`);
    await client.query(
      "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
    );
    const imported = await stageRows(client, file, table);
    // From here on nobody else writes to it; readers may go on.
    await client.query(`LOCK TABLE ${quoted(table)} IN SHARE ROW EXCLUSIVE MODE`);
    const present = await imported.removePresent();
    const taken = await imported.takeConflicts(onConflict);
    const problems = [...taken.problems, ...(await imported.missingReferences())];
    const refused = (all: readonly TrainyardError[], count: number) => ({
      ...{ table, added: 0, present: 0, skipped: 0, problems: all, problemCount: count },
    });
    if (problems.length > 0) return refused(problems, taken.more + imported.moreMissing + problems.length);
    const { added, left, problems: others } = await imported.add(onConflict);
    if (others.length > 0) return refused(others, left);
    await advanceSequences(client, table);
    failpoint('import.rows.commit.before');
    await client.query('COMMIT');
    return { ...{ table, added, present }, skipped: taken.skipped + left, problems: [], problemCount: 0 };
  });
}
