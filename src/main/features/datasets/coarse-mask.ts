import { runsOf, type StoredRuns } from '../../../shared/model/run-lengths.ts';

/** The run lengths of a mask as small as a thumbnail: each pixel is the one that lies under its centre. @param most its longest side */
export function coarseMask(stored: StoredRuns, most: number): StoredRuns & { readonly counts: number[] } {
  const [height, width] = stored.size;
  const scale = Math.min(1, most / Math.max(height, width));
  const [rows, columns] = [height, width].map((side) => Math.max(1, Math.round(side * scale))) as [
    number,
    number,
  ];
  const runs = runsOf(stored);
  const counts: number[] = [];
  let [run, end, length, isOf] = [0, runs[0] ?? 0, 0, false];
  for (let column = 0; column < columns; column += 1) {
    const x = Math.floor(((column + 0.5) * width) / columns);
    for (let row = 0; row < rows; row += 1) {
      const pixel = x * height + Math.floor(((row + 0.5) * height) / rows);
      while (pixel >= end && run < runs.length) {
        run += 1;
        end += runs[run] ?? 0;
      }
      if ((run % 2 === 1 && run < runs.length) !== isOf) {
        counts.push(length);
        isOf = !isOf;
        length = 0;
      }
      length += 1;
    }
  }
  counts.push(length);
  return { counts, size: [rows, columns] };
}
