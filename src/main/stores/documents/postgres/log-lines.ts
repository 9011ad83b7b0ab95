/** A line of a document of `workflow_logs`, of whatever fields. */
export type Line = Readonly<Record<string, unknown>>;

/** Lines as the table's columns hold them. */
export interface LinesText {
  /**
   * A row for lines that follow each other and differ in their message alone: JSON of what they share, and of their messages. Rows end
   * with a newline, so that more can be put behind them.
   */
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
export function arePrinted(lines: readonly unknown[]): lines is readonly Line[] {
  let time: unknown = null;
  let characters = 0;
  for (const line of lines) {
    if (typeof line !== 'object' || line === null || !isPrinted(line as Line)) return false;
    const { timestamp, level, source, message } = line as Line;
    if (timestamp !== time && !isTime(timestamp)) return false;
    time = timestamp;
    characters += (message as string).length;
    if (!levels.has(level) || !sources.has(source) || characters > mostCharacters) return false;
  }
  return true;
}

function isPrinted(line: Line): boolean {
  let fields = 0;
  for (const _ in line) fields += 1;
  return fields === 5 && typeof line.stream === 'string' && typeof line.message === 'string';
}

function isTime(text: unknown): boolean {
  if (typeof text !== 'string' || text.length !== 24 || text.startsWith('0000')) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}

/** @param lines as the collection's schema has them */
export function encodeLines(lines: readonly Line[]): LinesText {
  let text = '';
  let row: Line | null = null;
  let firstTime: string | null = null;
  let lastTime: string | null = null;
  for (const line of lines) {
    if (row !== null && isOfRow(row, line)) {
      text += `,${JSON.stringify(line.message)}`;
      continue;
    }
    const { message, ...shared } = line;
    text += `${row === null ? '' : ']]\n'}[${JSON.stringify(shared)},[${JSON.stringify(message)}`;
    row = isPrinted(line) ? line : {};
    const time = String(line.timestamp);
    if (firstTime === null || time < firstTime) firstTime = time;
    if (lastTime === null || time > lastTime) lastTime = time;
  }
  return { text: row === null ? '' : `${text}]]\n`, count: lines.length, firstTime, lastTime };
}

function isOfRow(row: Line, line: Line): boolean {
  return (
    row.timestamp === line.timestamp &&
    row.level === line.level &&
    row.stream === line.stream &&
    row.source === line.source &&
    isPrinted(line)
  );
}

/** @param parse reads the JSON of a row */
export function decodeLines(text: string, parse: (json: string) => unknown): Line[] {
  const rows = text.split('\n').slice(0, -1);
  return rows.flatMap((row) => {
    const [shared, messages] = parse(row) as [Line, readonly string[]];
    return messages.map((message) => ({ ...shared, message }));
  });
}
