import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isEpoch, isStep, type MetricValues, readNumber, type Sink } from './sink.ts';

/** The first `count` entries of a history, known by their contents. */
interface Prefix {
  readonly count: number;
  readonly chain: string;
}

/** What was read of the states in an output folder: each is the whole history up to its checkpoint. */
export interface HistoryPosition {
  known: Prefix[];
  /** Of the newest state that was read: older ones hold nothing else. */
  modifiedMs: number;
}

export const startOfHistory = (): HistoryPosition => ({ known: [], modifiedMs: 0 });

/** Beginnings that are remembered: of those that checkpoints from before the run have, and of the history that was read last. */
const mostKnown = 200;
/** A history of a million entries, far beyond what anybody logs. */
const largestBytes = 64 * 1024 * 1024;
const notMetrics = new Set(['step', 'epoch', 'total_flos']);

type Entry = Readonly<Record<string, unknown>>;

interface TrainerState {
  readonly log_history: readonly Entry[];
  readonly global_step?: unknown;
  readonly max_steps?: unknown;
  readonly epoch?: unknown;
  readonly num_train_epochs?: unknown;
}

/** Python's writer of JSON has bare words for what is not finite: they become texts. */
function quoteWords(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  );
}

const isObject = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Null where the file isn't whole: it is written in place, and looked at again once it changed. */
function readState(file: string): TrainerState | null {
  try {
    const state: unknown = JSON.parse(quoteWords(readFileSync(file, 'utf8')));
    const isHistory =
      isObject(state) && Array.isArray(state.log_history) && state.log_history.every(isObject);
    return isHistory ? (state as unknown as TrainerState) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function prefixesOf(history: readonly Entry[]): Prefix[] {
  let chain = '';
  return history.map((entry, at) => {
    chain = createHash('sha1').update(chain).update(JSON.stringify(entry)).digest('base64url');
    return { count: at + 1, chain };
  });
}

/**
 * Reads the entries that are new in a `trainer_state.json` of the Hugging Face Trainer.
 * @param position of all states of its output folder
 * @param options `isOver`: nobody writes any more
 */
export function readTrainerState(
  file: string,
  position: HistoryPosition,
  sink: Sink,
  { isOver }: { isOver: boolean },
): void {
  const { size, mtimeMs } = statSync(file);
  if (mtimeMs < position.modifiedMs) return;
  if (size > largestBytes) {
    sink.unreadable(file, null, `it is larger than ${largestBytes / 1024 ** 2} MiB: it is not read`);
    return;
  }
  const state = readState(file);
  if (state === null) {
    if (isOver) sink.unreadable(file, null, 'it is no JSON with a log_history: it is not read');
    return;
  }
  const prefixes = prefixesOf(state.log_history);
  const known = new Set(position.known.map(({ count, chain }) => `${count} ${chain}`));
  const begin = prefixes.findLastIndex(({ count, chain }) => known.has(`${count} ${chain}`)) + 1;
  state.log_history.forEach((entry, at) => {
    if (at >= begin) readEntry(entry, at, file, sink);
  });
  const { epoch, num_train_epochs: epochs, global_step: step, max_steps: steps } = state;
  if (begin < prefixes.length && isEpoch(epoch) && isEpoch(epochs) && isStep(step) && isStep(steps))
    sink.progress({ epoch: Math.min(epochs, Math.max(1, Math.ceil(epoch))), epochs, step, steps });
  position.modifiedMs = mtimeMs;
  remember(position, prefixes);
}

/** Remembers a history as read. */
function remember(position: HistoryPosition, prefixes: readonly Prefix[]): void {
  const last = prefixes.slice(-mostKnown / 2);
  const isLast = new Set(last.map(({ chain }) => chain));
  position.known = [...position.known.filter(({ chain }) => !isLast.has(chain)), ...last].slice(-mostKnown);
}

function readEntry(entry: Entry, at: number, file: string, sink: Sink): void {
  const { step, epoch = 0 } = entry;
  if (!isStep(step) || !isEpoch(epoch)) {
    sink.unreadable(file, null, `entry ${at + 1} of log_history has no step: it is left out`);
    return;
  }
  const values: MetricValues = {};
  for (const [name, value] of Object.entries(entry)) {
    if (notMetrics.has(name)) continue;
    const number = typeof value === 'number' ? value : typeof value === 'string' ? readNumber(value) : null;
    if (number !== null) values[name] = number;
  }
  if (Object.keys(values).length > 0) sink.metric({ epoch, step, values });
}
