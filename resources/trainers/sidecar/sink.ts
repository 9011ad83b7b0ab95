export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';
export type MetricValues = Record<string, MetricValue>;

/** Where a reader puts what it found. */
export interface Sink {
  metric(point: { epoch: number; step: number; values: MetricValues; timeMs?: number | undefined }): void;
  progress(fields: { epoch: number; epochs: number; step: number; steps: number }): void;
  /** Reports what cannot be read, once for each file and reason. */
  unreadable(file: string, line: number | null, reason: string): void;
  /** The reader's position fits what it found, once `complete` was called: that is done only where it is committed. */
  settle(complete: () => void): void;
  /** A file that the script left, relative to the run directory. */
  artifact(fields: { path: string; kind: string; name: string; mediaType: string }): void;
}

/** A number as the protocol has it; null where the text is none. */
export function readNumber(text: string): MetricValue | null {
  const trimmed = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return writable(Number(trimmed));
  const word = /^([+-]?)(nan|inf|infinity)$/i.exec(trimmed);
  if (!word) return null;
  if (word[2]?.toLowerCase() === 'nan') return 'NaN';
  return word[1] === '-' ? '-Infinity' : 'Infinity';
}

/** JSON has no words for what is not finite. */
export function writable(value: number): MetricValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

export const isStep = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
export const isEpoch = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
