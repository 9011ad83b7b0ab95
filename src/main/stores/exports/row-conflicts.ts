import type pg from 'pg';
import { fault } from '../../../shared/errors/catalogue.ts';
import { errorMessage, type TrainyardError } from '../../../shared/errors/error.ts';
import { hasCode } from '../../platform/error-code.ts';
import { quoted } from '../migration/table-shapes.ts';

/** What becomes of a row that cannot be added because of another one. */
export type RowConflicts = 'fail' | 'skip';

/** Problems that are named. */
const mostNamed = 20;

interface ForeignKey {
  readonly columns: readonly string[];
  readonly other: string;
  readonly other_columns: readonly string[];
}

interface Where {
  readonly file: string;
  readonly table: string;
  /** As SQL spells it: the rows to import, each with `"its line"`. */
  readonly staging: string;
  readonly columns: readonly string[];
}

/** A table, and the rows that are about to be added to it, within one transaction. */
export class ImportedTable {
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** Rows with a missing reference beyond those that are named. */
  moreMissing = 0;
  private readonly client: pg.ClientBase;
  private readonly where: Where;
  private readonly references: readonly ForeignKey[];

  private constructor(
    client: pg.ClientBase,
    where: Where,
    key: readonly string[],
    references: readonly ForeignKey[],
  ) {
    this.client = client;
    this.where = where;
    this.key = key;
    this.references = references;
  }

  static async read(client: pg.ClientBase, where: Where): Promise<ImportedTable> {
    const names = (numbers: string, relation: string) =>
      `ARRAY(SELECT attname::text FROM unnest(${numbers}) WITH ORDINALITY AS n (number, place)
             JOIN pg_attribute ON attrelid = ${relation} AND attnum = n.number ORDER BY place)`;
    const { rows } = await client.query<{
      columns: string[];
      type: 'p' | 'f';
      other: string;
      other_columns: string[];
    }>(
      `SELECT contype AS type, ${names('conkey', 'conrelid')} AS columns,
         confrelid::regclass::text AS other, ${names('confkey', 'confrelid')} AS other_columns
       FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('p', 'f') AND conparentid = 0 ORDER BY conname`,
      [quoted(where.table)],
    );
    const key = rows.find(({ type }) => type === 'p')?.columns ?? [];
    return new ImportedTable(
      client,
      where,
      key,
      rows.filter(({ type }) => type === 'f'),
    );
  }

  private get spelled(): string {
    return quoted(this.where.table);
  }

  private list(alias: string, columns: readonly string[] = this.where.columns): string {
    return columns.map((name) => `${alias}.${quoted(name)}`).join(', ');
  }

  private get sameKey(): string {
    return this.key.map((name) => `t.${quoted(name)} = s.${quoted(name)}`).join(' AND ');
  }

  private get keyText(): string {
    return `concat_ws(', ', ${this.list('s', this.key)})`;
  }

  /** Takes out the rows that are there just so. */
  async removePresent(): Promise<number> {
    const { rowCount } = await this.client.query(
      `DELETE FROM ${this.where.staging} AS s USING ${this.spelled} AS t
       WHERE ${this.sameKey} AND ROW(${this.list('s')})::text = ROW(${this.list('t')})::text`,
    );
    return rowCount ?? 0;
  }

  /** The rows whose key another one has: named, or taken out. */
  async takeConflicts(
    onConflict: RowConflicts,
  ): Promise<{ skipped: number; problems: TrainyardError[]; more: number }> {
    const { staging, file, table } = this.where;
    if (onConflict === 'skip') {
      const { rowCount } = await this.client.query(
        `DELETE FROM ${staging} AS s USING ${this.spelled} AS t WHERE ${this.sameKey}`,
      );
      return { skipped: rowCount ?? 0, problems: [], more: 0 };
    }
    const { rows } = await this.client.query<{ line: number; key: string; all: number }>(
      `SELECT s."its line" AS line, ${this.keyText} AS key, count(*) OVER () AS all
       FROM ${staging} AS s JOIN ${this.spelled} AS t ON ${this.sameKey} ORDER BY 1 LIMIT ${mostNamed}`,
    );
    const problems = rows.map(({ line, key }) =>
      fault('IMPORT_ROW_DIFFERS', { file, line, table, key }, { place: { file, line } }),
    );
    return { skipped: 0, problems, more: (rows[0]?.all ?? 0) - rows.length };
  }

  /** Rows that name one of another table that is not there. */
  async missingReferences(): Promise<TrainyardError[]> {
    const { staging, file, columns: given } = this.where;
    const problems: TrainyardError[] = [];
    for (const { columns, other, other_columns: others } of this.references) {
      if (!columns.every((name) => given.includes(name))) continue;
      const present = (alias: string) =>
        columns
          .map((name, index) => `${alias}.${quoted(others[index] ?? '')} = s.${quoted(name)}`)
          .join(' AND ');
      // A row may name another one of the file.
      const isOwn = other === this.spelled || quoted(other) === this.spelled;
      const own = isOwn ? `AND NOT EXISTS (SELECT FROM ${staging} AS o WHERE ${present('o')})` : '';
      const { rows } = await this.client.query<{ line: number; value: string; all: number }>(
        `SELECT s."its line" AS line, concat_ws(', ', ${this.list('s', columns)}) AS value, count(*) OVER () AS all
         FROM ${staging} AS s
         WHERE ${columns.map((name) => `s.${quoted(name)} IS NOT NULL`).join(' AND ')}
           AND NOT EXISTS (SELECT FROM ${other} AS t WHERE ${present('t')}) ${own}
         ORDER BY 1 LIMIT ${mostNamed}`,
      );
      this.moreMissing += (rows[0]?.all ?? 0) - rows.length;
      for (const { line, value } of rows) {
        const parameters = { file, line, columns: columns.join(', '), value, other };
        problems.push(
          fault('IMPORT_REFERENCE_MISSING', parameters, { place: { file, line, field: columns.join(', ') } }),
        );
      }
    }
    return problems;
  }

  /**
   * Adds the rows.
   * @returns how many were not added, because of another key that must be unique, or one that the file has twice; named where they must not be
   * @throws TrainyardError IMPORT_ROWS_REFUSED
   */
  async add(onConflict: RowConflicts): Promise<{ added: number; left: number; problems: TrainyardError[] }> {
    const { staging, columns, file, table } = this.where;
    const insert = `INSERT INTO ${this.spelled} (${columns.map(quoted).join(', ')}) OVERRIDING SYSTEM VALUE`;
    try {
      const total = await this.client.query<{ count: number }>(`SELECT count(*) FROM ${staging}`);
      const { rowCount } = await this.client.query(
        `${insert} SELECT ${this.list('s')} FROM ${staging} AS s ORDER BY "its line" ON CONFLICT DO NOTHING`,
      );
      const added = rowCount ?? 0;
      const left = Number(total.rows[0]?.count) - added;
      const problems = left > 0 && onConflict === 'fail' ? await this.nameLeft(insert) : [];
      return { added, left, problems };
    } catch (error) {
      // A rule of the table's own, which names no line.
      if (!hasCode(error, '23502', '23514', '23503', '23P01')) throw error;
      const reason = errorMessage(error);
      throw fault('IMPORT_ROWS_REFUSED', { file, table, reason }, { place: { file }, cause: error });
    }
  }

  /** Tries those that were not added one by one, so that PostgreSQL says what each is like. */
  private async nameLeft(insert: string): Promise<TrainyardError[]> {
    const { staging, file, table } = this.where;
    const { rows } = await this.client.query<{ line: number; key: string }>(
      `SELECT s."its line" AS line, ${this.keyText} AS key FROM ${staging} AS s
       WHERE NOT EXISTS (SELECT FROM ${this.spelled} AS t WHERE ${this.sameKey})
         OR EXISTS (SELECT FROM ${staging} AS t WHERE ${this.sameKey} AND t."its line" < s."its line")
       ORDER BY 1 LIMIT ${mostNamed}`,
    );
    const problems: TrainyardError[] = [];
    for (const { line, key } of rows) {
      const reason = await this.refusalOf(
        `${insert} SELECT ${this.list('s')} FROM ${staging} AS s WHERE "its line" = ${line}`,
      );
      problems.push(fault('IMPORT_ROW_TAKEN', { file, line, table, key, reason }, { place: { file, line } }));
    }
    return problems;
  }

  private async refusalOf(statement: string): Promise<string> {
    await this.client.query('SAVEPOINT trial');
    try {
      await this.client.query(statement);
      return '';
    } catch (error) {
      return error instanceof Error && 'detail' in error ? String(error.detail) : errorMessage(error);
    } finally {
      await this.client.query('ROLLBACK TO SAVEPOINT trial');
    }
  }
}
