import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { isSameFile, type Line, markOf, type Position, startPosition, wholeLines } from './lines.ts';
import { isEpoch, isStep, type MetricValues, readNumber, type Sink } from './sink.ts';

/** Up to where a table of metrics is read. */
export interface CsvPosition extends Position {
  rows: number;
  /** Of the values of all rows so far, whatever the header is: a table that is written anew with further columns is still the same. */
  chain: string;
  /** Of the first row alone. */
  first: string;
  epoch: number;
}

export const startOfCsv = (): CsvPosition => ({
  ...startPosition(),
  rows: 0,
  chain: '',
  first: '',
  epoch: 0,
});

type Row = ReadonlyMap<string, string>;

/** The cells of a line of CSV (RFC 4180, without line ends in cells). */
export function cellsOf(line: string): string[] {
  const cells: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(,|$)/gy;
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]?.trim() ?? '');
    if (match[3] === '') break;
  }
  return cells;
}

function rowOf(header: readonly string[], text: string): Row | null {
  const cells = cellsOf(text);
  if (cells.length !== header.length) return null;
  return new Map(header.flatMap((name, at) => (cells[at] ? [[name, cells[at]] as const] : [])));
}

function chained(chain: string, row: Row): string {
  const cells = [...row].map(([name, cell]) => `${name}=${cell}`).sort();
  return createHash('sha1')
    .update(`${chain}\n${cells.join('\n')}`)
    .digest('base64url');
}

/** Header and rows of a table, with their lines. */
class Table {
  readonly header: readonly string[];
  readonly #handle: number;
  readonly #first: Line;

  private constructor(handle: number, first: Line) {
    this.#handle = handle;
    this.header = cellsOf((first.text ?? '').replace(/^\uFEFF/, ''));
    this.#first = first;
  }

  /** Null as long as there is no whole header. */
  static of(handle: number): Table | null {
    for (const first of wholeLines(handle, 0)) return new Table(handle, first);
    return null;
  }

  /** The rows from an offset on; null for a line that is none. Blank lines have no cells. */
  *rows(from: number): Generator<{ row: Row | null; end: number }> {
    const { text: header, end: begin } = this.#first;
    // A table that gets further columns is written anew, maybe at this moment.
    const isStill = () => wholeLines(this.#handle, 0).next().value?.text === header;
    for (const { text, end } of wholeLines(this.#handle, Math.max(from, begin), isStill))
      yield { row: text === null ? null : text === '' ? blank : rowOf(this.header, text), end };
  }
}

const blank: Row = new Map();

/**
 * Where reading goes on in a file that is no continuation of what was read: behind the same rows, where it has them (`same`); at its
 * beginning (`other`); or not yet (`short`: it has a part of them only, and its writer is about to write the others again).
 */
function findPlace(
  table: Table,
  position: CsvPosition,
): { kind: 'same'; offset: number; lines: number } | { kind: 'other' | 'short' } {
  let lines = 1;
  let count = 0;
  let chain = '';
  for (const { row, end } of table.rows(0)) {
    lines += 1;
    if (!row?.size) continue;
    count += 1;
    chain = chained(chain, row);
    if (count === 1 && chain !== position.first) return { kind: 'other' };
    if (count === position.rows)
      return chain === position.chain ? { kind: 'same', offset: end, lines } : { kind: 'other' };
  }
  return { kind: 'short' };
}

/** What a row says beside its values: columns that are named so. */
const placeColumns = new Set(['epoch', 'step']);

function readRow(row: Row, position: CsvPosition, file: string, sink: Sink): void {
  const epoch = Number(row.get('epoch') ?? position.epoch);
  const step = row.has('step') ? Number(row.get('step')) : Math.floor(epoch);
  if (!isEpoch(epoch) || !isStep(step)) {
    const reason = 'epoch or step is not a number from 0 on: the row is left out';
    sink.unreadable(file, position.lines, reason);
    return;
  }
  position.epoch = epoch;
  const values: MetricValues = {};
  for (const [name, cell] of row) {
    if (placeColumns.has(name)) continue;
    const value = readNumber(cell);
    if (value === null)
      sink.unreadable(file, position.lines, `"${name.slice(0, 100)}" is not a number: left out`);
    else values[name] = value;
  }
  if (Object.keys(values).length > 0) sink.metric({ epoch, step, values });
}

/**
 * Reads the rows that came since the last time: of Ultralytics' `results.csv`, Lightning's `metrics.csv` and others that have a column `epoch`
 * or `step`.
 */
export function readCsv(file: string, position: CsvPosition, sink: Sink): void {
  const handle = openSync(file, 'r');
  try {
    const table = Table.of(handle);
    if (table === null) return;
    if (!table.header.some((name) => placeColumns.has(name))) {
      const reason = 'the table has neither a column "epoch" nor a column "step": it is not read';
      sink.unreadable(file, 1, reason);
      return;
    }
    if (!isSameFile(handle, position)) {
      const { kind, ...place } = findPlace(table, position);
      if (kind === 'short') return;
      if (kind === 'other') Object.assign(position, startOfCsv());
      else Object.assign(position, place, { mark: '' });
    }
    readRows(handle, table, { file, position, sink });
  } finally {
    closeSync(handle);
  }
}

function readRows(
  handle: number,
  table: Table,
  { file, position, sink }: { file: string; position: CsvPosition; sink: Sink },
): void {
  if (position.lines === 0) position.lines = 1;
  const mark = () => {
    position.mark = markOf(handle, position.offset);
  };
  for (const { row, end } of table.rows(position.offset)) {
    position.lines += 1;
    if (row === null)
      sink.unreadable(file, position.lines, `the line has not ${table.header.length} cells: it is left out`);
    else if (row.size > 0) {
      position.rows += 1;
      position.chain = chained(position.chain, row);
      if (position.rows === 1) position.first = position.chain;
      readRow(row, position, file, sink);
    }
    position.offset = end;
    sink.settle(mark);
  }
  mark();
}
