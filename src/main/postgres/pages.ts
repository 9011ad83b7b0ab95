import { z } from 'zod';
import type { PageQuery } from '../../shared/contract/common.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { correctField } from '../../shared/errors/engine.ts';
import { hasCode } from '../platform/error-code.ts';
import type { Db } from './db.ts';
import { query } from './rows.ts';

/*
 * Pages of a list begin after a row, not after a number of rows: the last one costs as much as the first, and none holds a row twice.
 * A reader that jumps far down does not know that row: `skip` finds it, by the keys of an index alone where there is one.
 */

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
  readonly values: unknown[];

  constructor(values: readonly unknown[] = []) {
    this.values = [...values];
  }

  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** A list, as the parts of its statement. */
export interface RowList {
  readonly columns: string;
  /** The table, with what decides whether a row is in the list and where. */
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
 * Reads a page, and with the first one how many rows there are. One that skips rows holds what stands there now: rows that come and go
 * move it, and beside a page that was read before it may hold a row twice, or leave one out.
 * @throws TrainyardError INVALID_INPUT for a place that no page of this list has answered
 */
export async function readPage<Row extends object>(
  db: Db,
  list: RowList,
  page: PageQuery,
): Promise<Page<Row>> {
  try {
    if (!page.skip) return await readAfter(db, list, page);
    const after = await skipRows(db, list, page.after, page.skip);
    return after === null
      ? { rows: [], next: null, total: null }
      : await readAfter(db, list, { after, limit: page.limit });
  } catch (error) {
    throw page.after !== undefined && hasCode(error, ...unstorable) ? placeInvalid() : error;
  }
}

async function readAfter<Row extends object>(
  db: Db,
  list: RowList,
  { after, limit }: PageQuery,
): Promise<Page<Row>> {
  const { columns, from, joins = '', where, order } = list;
  const count = list.total ?? `SELECT count(*) AS total ${from} WHERE ${where}`;
  const parameters = new Parameters(list.parameters.values);
  // One more than the page holds shows that another page follows.
  const rest = `${behind(order, after, parameters)} ${sortedBy(order)} LIMIT ${parameters.add(limit + 1)}`;
  const text = `SELECT ${columns}, ${placeOf(order.keys.map(([sql]) => sql))} AS place ${from} ${joins} WHERE ${where} ${rest}`;
  const [rows, counted] = await Promise.all([
    query<Row & { readonly place: readonly string[] }>(db, text, parameters.values),
    after === undefined ? query<{ total: number }>(db, count, list.parameters.values) : [],
  ]);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    rows: rows.slice(0, limit).map(({ place: _place, ...row }) => row as unknown as Row),
    next: last ? writePlace(order, last.place) : null,
    total: counted[0]?.total ?? null,
  };
}

/** The place of the last of so many rows after a place; null if there are not so many. */
async function skipRows(
  db: Db,
  { from, where, order, ...list }: RowList,
  after: string | undefined,
  count: number,
): Promise<string | null> {
  const parameters = new Parameters(list.parameters.values);
  const names = order.keys.map((_, index) => `key_${index}`);
  const keys = order.keys.map(([sql], index) => `${sql} AS ${names[index]}`);
  const rest = `${behind(order, after, parameters)} ${sortedBy(order)} LIMIT 1 OFFSET ${parameters.add(count - 1)}`;
  // Only the one that is found is turned into text.
  const text = `SELECT ${placeOf(names)} AS place FROM (SELECT ${keys.join(', ')} ${from} WHERE ${where} ${rest}) AS skipped`;
  const [found] = await query<{ place: readonly string[] }>(db, text, parameters.values);
  return found ? writePlace(order, found.place) : null;
}

/** A row's place in the order, from its keys. */
const placeOf = (keys: readonly string[]): string =>
  `ARRAY[${keys.map((sql) => `(${sql})::text`).join(', ')}]`;

const sortedBy = ({ keys, direction }: RowOrder): string =>
  `ORDER BY ${keys.map(([sql]) => `${sql} ${direction}`).join(', ')}`;

/** Lets only rows after the place through; all without one. */
function behind(order: RowOrder, after: string | undefined, parameters: Parameters): string {
  if (after === undefined) return '';
  const { keys, direction } = order;
  const bounds = readPlace(order, after).map(
    (value, index) => `${parameters.add(value)}::${keys[index]?.[1]}`,
  );
  const than = direction === 'asc' ? '>' : '<';
  return `AND (${keys.map(([sql]) => sql).join(', ')}) ${than} (${bounds.join(', ')})`;
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
