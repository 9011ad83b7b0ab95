import { z } from 'zod';
import type { PageQuery } from '../../shared/contract/common.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { correctField } from '../../shared/errors/engine.ts';
import { hasCode } from '../platform/error-code.ts';
import type { Db } from './db.ts';
import { query } from './rows.ts';

/* Pages of a list begin after a row, never after a number of rows: the last one costs as much as the first, and none holds a row twice. */

const values = {
  text: z.string(),
  uuid: z.guid(),
  integer: z.string().regex(/^-?\d{1,9}$/),
  float8: z.string().regex(/^-?(Infinity|\d+(\.\d+)?(e[+-]?\d+)?)$/),
  timestamptz: z.string().regex(/^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/),
};

/** SQLSTATEs of values that have a type's form and no column can hold: a number or a date out of range, a NUL. */
const unstorable = ['22003', '22007', '22008', '22021'];

/** What rows are ordered by: an SQL expression that is never NULL, and its type. */
type SortKey = readonly [sql: string, type: keyof typeof values];

/** An order without ties, in one direction by all its keys: an index on them serves it both ways. */
export interface RowOrder {
  /** Another one for each order of a list: a place of one means nothing in another. */
  readonly name: string;
  readonly keys: readonly SortKey[];
  readonly direction: 'asc' | 'desc';
}

/** Newest first, by the table that is named so in the statement. */
export const newestFirst = (table: string): RowOrder => ({
  name: 'newest',
  keys: [
    [`${table}.created_at`, 'timestamptz'],
    [`${table}.id`, 'uuid'],
  ],
  direction: 'desc',
});

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
  /** How many rows there are in all; null on a page that is not the first. */
  readonly total: number | null;
}

/** Collects the parameters of a statement; answers `$1`, `$2`, … */
export class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** A list, as the parts of its statement. */
export interface RowList {
  readonly columns: string;
  /** The table, with what decides whether a row is in the list. */
  readonly from: string;
  /** What the columns need beside it: one row at most for each of the list. */
  readonly joins?: string;
  readonly where: string;
  readonly order: RowOrder;
  readonly parameters: Parameters;
  /** A statement for their number, where there is a cheaper one than to count them. */
  readonly total?: string;
}

/**
 * Reads a page, and with the first one how many rows there are.
 * @throws TrainyardError INVALID_INPUT for a place that no page of this list has answered
 */
export async function readPage<Row extends object>(
  db: Db,
  list: RowList,
  page: PageQuery,
): Promise<Page<Row>> {
  const { columns, from, joins = '', where, order, parameters } = list;
  const filter = [...parameters.values];
  const count = list.total ?? `SELECT count(*) AS total ${from} WHERE ${where}`;
  const rest = pageOf(order, page, parameters);
  const text = `SELECT ${columns}, ${placeOf(order)} ${from} ${joins} WHERE ${where} ${rest}`;
  const [rows, counted] = await Promise.all([
    query<Row & { readonly place: readonly string[] }>(db, text, parameters.values),
    page.after === undefined ? query<{ total: number }>(db, count, filter) : [],
  ]).catch((error: unknown) => {
    throw page.after !== undefined && hasCode(error, ...unstorable) ? placeInvalid() : error;
  });
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined;
  return {
    rows: rows.slice(0, page.limit).map(({ place: _place, ...row }) => row as unknown as Row),
    next: last ? writePlace(order, last.place) : null,
    total: counted[0]?.total ?? null,
  };
}

/** A row's place in the order. */
const placeOf = ({ keys }: RowOrder): string =>
  `ARRAY[${keys.map(([sql]) => `(${sql})::text`).join(', ')}] AS place`;

/** Rows after the place, in order, and one more than the page holds, which shows that another page follows. */
function pageOf(order: RowOrder, { after, limit }: PageQuery, parameters: Parameters): string {
  const { keys, direction } = order;
  const expressions = keys.map(([sql]) => sql);
  const place = after === undefined ? null : readPlace(order, after);
  const bounds = place?.map((value, index) => `${parameters.add(value)}::${keys[index]?.[1]}`);
  const than = direction === 'asc' ? '>' : '<';
  const behind = bounds ? `AND (${expressions.join(', ')}) ${than} (${bounds.join(', ')})` : '';
  const sorted = expressions.map((sql) => `${sql} ${direction}`).join(', ');
  return `${behind} ORDER BY ${sorted} LIMIT ${parameters.add(limit + 1)}`;
}

const labelOf = ({ name, direction }: RowOrder) => `${name} ${direction}`;

function writePlace(order: RowOrder, place: readonly string[]): string {
  return Buffer.from(JSON.stringify([labelOf(order), ...place])).toString('base64url');
}

function readPlace(order: RowOrder, after: string): readonly string[] {
  try {
    const [label, ...place] = z
      .array(z.string())
      .parse(JSON.parse(Buffer.from(after, 'base64url').toString('utf8')));
    if (label !== labelOf(order) || place.length !== order.keys.length) throw placeInvalid();
    return order.keys.map(([, type], index) => values[type].parse(place[index]));
  } catch (error) {
    throw error instanceof SyntaxError || error instanceof z.ZodError ? placeInvalid() : error;
  }
}

const placeInvalid = () =>
  fault(
    'INVALID_INPUT',
    {
      faults: {
        en: 'after: must be "next" of the page before, of the same list in the same order',
        ko: 'after: 같은 목록, 같은 정렬의 앞 페이지가 답한 "next"여야 함',
      },
      remedy: correctField,
    },
    { place: { field: 'after' } },
  );
