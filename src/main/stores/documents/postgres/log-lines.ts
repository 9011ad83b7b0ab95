import { hasPrintedFields, type Line, toLines } from '../log-rows.ts';
import type { LogRow } from '../ports.ts';

/** Lines as the table's columns hold them. */
export interface LinesText {
  /** A row on each line of text: JSON of what its lines share, and of their messages. More can be put behind the last newline. */
  readonly text: string;
  readonly count: number;
  /** The earliest and the latest time; null where there is no line. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
}

const levels: ReadonlySet<unknown> = new Set(['debug', 'info', 'warning', 'error']);
const sources: ReadonlySet<unknown> = new Set(['trainer', 'sidecar', 'platform']);
/** Together well below the size of a document. */
const mostCharacters = 1024 * 1024;

/**
 * Whether all lines are like those that programs print, a time, a level, a source, a stream and a text, which fit the collection's
 * schema: thousands come at a time, and the schema takes longer to say so than PostgreSQL to store them.
 */
export function arePrinted(rows: readonly LogRow[]): boolean {
  let characters = 0;
  for (const row of rows) {
    const { timestamp, level, source } = row.shared;
    if (!hasPrintedFields(row) || !isTime(timestamp) || !levels.has(level) || !sources.has(source))
      return false;
    for (const message of row.messages) {
      if (typeof message !== 'string') return false;
      characters += message.length;
    }
    if (characters > mostCharacters) return false;
  }
  return true;
}

function isTime(text: unknown): boolean {
  if (typeof text !== 'string' || text.length !== 24 || text.startsWith('0000')) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

/** @param rows of lines as the collection's schema has them */
export function encodeRows(rows: readonly LogRow[]): LinesText {
  let text = '';
  let count = 0;
  let firstTime: string | null = null;
  let lastTime: string | null = null;
  for (const { shared, messages } of rows) {
    if (messages.length === 0) continue;
    text += `[${JSON.stringify(shared)},${JSON.stringify(messages)}]\n`;
    count += messages.length;
    const time = String(shared.timestamp);
    if (firstTime === null || time < firstTime) firstTime = time;
    if (lastTime === null || time > lastTime) lastTime = time;
  }
  return { text, count, firstTime, lastTime };
}

/** @param parse reads the JSON of a row */
export function decodeLines(text: string, parse: (json: string) => unknown): Line[] {
  const rows = text.split('\n').slice(0, -1);
  return toLines(
    rows.map((row) => {
      const [shared, messages] = parse(row) as [Line, readonly string[]];
      return { shared, messages };
    }),
  );
}
