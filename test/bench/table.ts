/** One comparison: the ratio of ours to the raw tool in the same run, and what the same tool against itself gave. */
export interface Row {
  readonly name: string;
  /** Ours divided by the raw tool; null where only figures are reported. */
  readonly ratio: number | null;
  readonly goal: string;
  readonly met: boolean | null;
  /** The raw tool against itself, interleaved in the same run. */
  readonly control: number | null;
  readonly detail: string;
}

/** The middle of the numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) throw new RangeError('the median of nothing');
  return sorted.length % 2 === 1 || low === undefined ? high : (low + high) / 2;
}

/** The smallest value that at least this share of the numbers does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('a percentile of nothing');
  return value;
}

/** The rows as a Markdown table. */
export function markdown(rows: readonly Row[]): string {
  const shown = (value: number | null) => (value === null ? '–' : value.toFixed(2));
  const verdict = (met: boolean | null) => (met === null ? '–' : met ? 'met' : 'missed');
  const lines = rows.map(
    ({ name, ratio, goal, met, control, detail }) =>
      `| ${name} | ${shown(ratio)} | ${goal} | ${verdict(met)} | ${shown(control)} | ${detail} |`,
  );
  return ['| what | ratio | goal | | A/A | detail |', '| --- | --- | --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
}
