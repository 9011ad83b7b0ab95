import pg from 'pg';

const { builtins } = pg.types;
const timestampOid = builtins.TIMESTAMP;
const bigintArrayOid = 1016;
const numericArrayOid = 1231;

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError(`The bigint ${text} does not fit a JavaScript number exactly.`);
  return value;
}

/** Parses the text of a one-dimensional array of numbers; NULL elements are kept. */
function numberArray(parse: (text: string) => number) {
  return (text: string): (number | null)[] =>
    text === '{}'
      ? []
      : text
          .slice(1, -1)
          .split(',')
          .map((element) => (element === 'NULL' ? null : parse(element)));
}

const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, safeInteger],
  [bigintArrayOid, numberArray(safeInteger)],
  [builtins.NUMERIC, Number],
  [numericArrayOid, numberArray(Number)],
  [timestampOid, (text) => new Date(`${text.replace(' ', 'T')}Z`)],
]);

/**
 * How values arrive: bigint as a number (one beyond 2^53 throws rather than lies); numeric as a number, because every
 * numeric column here has at most ten digits and a double holds fifteen; timestamptz as Date (milliseconds); timestamp as
 * Date, read as UTC; json parsed. Only text arrives: nothing here asks for PostgreSQL's binary format.
 */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) || pg.types.getTypeParser(oid, format),
};
