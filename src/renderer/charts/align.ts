import type { AlignedData } from 'uplot';

/** One line's columns over its own x, rising. */
export interface Columns {
  readonly x: readonly number[];
  readonly y: readonly (readonly number[])[];
}

/** uPlot reads null as a gap and undefined as "this line has nothing here": the line goes on through it. */
type Cell = number | null | undefined;

/**
 * Puts lines over one common x, as uPlot wants them. Entries of one line with the same x become one: the last wins (a step that a
 * resumed attempt made again stands in a line of its own).
 */
export function align(lines: readonly Columns[]): AlignedData {
  const xs = new Set<number>();
  for (const line of lines) for (const x of line.x) xs.add(x);
  const common = Float64Array.from(xs).sort();
  const columns = lines.flatMap((line) => line.y.map((column) => spread(common, line.x, column)));
  return [Array.from(common), ...columns];
}

function spread(common: Float64Array, x: readonly number[], values: readonly number[]): Cell[] {
  const cells: Cell[] = new Array(common.length).fill(undefined);
  let at = 0;
  for (let index = 0; index < x.length; index += 1) {
    const wanted = x[index] ?? 0;
    while (at < common.length && (common[at] ?? 0) < wanted) at += 1;
    const value = values[index] ?? Number.NaN;
    cells[at] = Number.isFinite(value) ? value : null;
  }
  return cells;
}
