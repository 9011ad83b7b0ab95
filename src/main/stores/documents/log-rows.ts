import type { LogRow } from './ports.ts';

/** A line of a document of `workflow_logs`, of whatever fields. */
export type Line = Readonly<Record<string, unknown>>;

/** The fields of a line that a program printed, besides its message. */
const printedFields = ['timestamp', 'level', 'source', 'stream'] as const;

/** Whether a row's lines have the fields of those that programs print, and no others. */
export function hasPrintedFields({ shared }: LogRow): boolean {
  let fields = 0;
  for (const _ in shared) fields += 1;
  return fields === printedFields.length && printedFields.every((name) => typeof shared[name] === 'string');
}

/** Lines as rows: printed ones that follow each other and differ in their message alone share one. */
export function toRows(lines: readonly Line[]): LogRow[] {
  const rows: { readonly shared: Line; readonly messages: string[] }[] = [];
  for (const { message, ...shared } of lines) {
    const row = rows.at(-1);
    // A message that is no text is for whoever checks the line.
    const text = message as string;
    if (row && isOfRow(row, shared)) row.messages.push(text);
    else rows.push({ shared, messages: [text] });
  }
  return rows;
}

function isOfRow(row: LogRow, shared: Line): boolean {
  return (
    hasPrintedFields(row) &&
    hasPrintedFields({ shared, messages: [] }) &&
    printedFields.every((name) => shared[name] === row.shared[name])
  );
}

/** The lines that rows hold. */
export function toLines(rows: readonly LogRow[]): Line[] {
  return rows.flatMap(({ shared, messages }) => messages.map((message) => ({ ...shared, message })));
}

/** How many lines rows hold. */
export function countLines(rows: readonly LogRow[]): number {
  return rows.reduce((sum, { messages }) => sum + messages.length, 0);
}
