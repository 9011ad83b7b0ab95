import { CopyOut } from '../../postgres/copy-out.ts';
import {
  type ArchivedRows,
  type ArchivedSequence,
  directoryArchive,
  UnknownArchive,
} from '../../postgres/dump-archive.ts';
import { checksumsTable, migrationsTable } from '../../postgres/schema/bookkeeping.ts';
import { quoted } from '../migration/table-shapes.ts';
import type { DatabaseManifest } from './manifest.ts';
import type { DatabaseView } from './moment.ts';
import { openName } from './packing.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';
import { withEnd } from './table-parts.ts';

const folder = 'database/';
const contentsName = `${folder}toc.dat`;
/**
 * Say which revisions are applied: a restore of ours makes them by the revisions themselves, pg_restore needs the rows. Without how the
 * database printed its structure: it prints what pg_restore makes otherwise, and that would count as changed by hand.
 */
const revisionTables = [
  { table: migrationsTable, columns: ['id', 'name', 'run_on'] },
  { table: checksumsTable, columns: ['name', 'sha256'] },
];

/**
 * Makes the files of a snapshot's tables an archive that pg_restore reads, by the table of contents that such a folder has.
 * @param schema what pg_dump printed of the schema at the view's moment
 * @returns null where that is of a later version than this program knows: the files are as good without it
 */
export async function writeArchive(
  view: DatabaseView,
  writer: SnapshotWriter,
  { tables, sequences }: DatabaseManifest,
  schema: Buffer,
): Promise<DatabaseManifest['archive']> {
  const own = revisionTables.map((one) => ({ ...one, file: `${folder}${one.table}.copy.zst` }));
  const contents = contentsOf(schema, [...tables.flatMap(filesOf), ...own], sequences);
  if (!contents) return null;
  const rows = [];
  for (const { table, columns, file } of own) {
    const list = columns.map(quoted).join(', ');
    const copy = view.query(new CopyOut(`COPY ${quoted(table)} (${list}) TO STDOUT`, writer.signal));
    const written = await writer.write(file, withEnd(copy));
    rows.push({ table, rows: copy.rows, file: written.path });
  }
  const { path: name } = await writer.write(contentsName, [contents]);
  return { contents: name, rows };
}

const filesOf = ({ columns, parts }: DatabaseManifest['tables'][number]) =>
  parts.map(({ table, file }) => ({ table, columns, file }));

function contentsOf(
  schema: Buffer,
  rows: readonly ArchivedRows[],
  sequences: readonly ArchivedSequence[],
): Buffer | null {
  try {
    // As they are called once they are decrypted.
    const beside = rows.map((one) => ({ ...one, file: openName(one.file).slice(folder.length) }));
    return directoryArchive(schema, beside, sequences);
  } catch (error) {
    if (error instanceof UnknownArchive) return null;
    throw error;
  }
}
