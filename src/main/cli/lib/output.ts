import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { terminalJson, terminalLine, terminalText } from '../../../shared/model/terminal-text.ts';
import { translate } from './language.ts';

let written = false;

/** Whether standard output has got anything: an error must not be put behind half a result. */
export function hasWritten(): boolean {
  return written;
}

/** Whether a stream gets colours: a terminal that wants them (`NO_COLOR`, `FORCE_COLOR`). */
function wantsColour(stream: NodeJS.WriteStream): boolean {
  return styleText('red', '.', { stream }) !== '.';
}

/** A text for standard output, safe for a terminal wherever it comes from: all that this program prints passes here. */
export function shown(text: string): string {
  return terminalText(text, { colour: wantsColour(process.stdout) });
}

/**
 * Writes to standard output and waits where its reader is slow, so that a long stream never piles up in memory. What could do
 * something to a terminal is taken out, in a file or pipe too: it may be shown later.
 */
export async function write(text: string): Promise<void> {
  written = true;
  if (process.stdout.write(shown(text))) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', resolve));
}

export function writeLine(text = ''): Promise<void> {
  return write(`${text}\n`);
}

export function writeJson(value: unknown): Promise<void> {
  return writeLine(terminalJson(JSON.stringify(value)));
}

/** The result of a command: JSON for programs, else the text. */
export async function writeResult(
  { json }: { readonly json?: true | undefined },
  value: unknown,
  text: () => string,
): Promise<undefined> {
  await (json ? writeJson(value) : writeLine(text()));
}

/** A remark beside the result: standard error, so that a pipe gets only the result. */
export function remark(english: string, korean = english): void {
  process.stderr.write(
    `${terminalText(translate(english, korean), { colour: wantsColour(process.stderr) })}\n`,
  );
}

/** Styled where standard output is a terminal that wants it (`NO_COLOR`, `FORCE_COLOR`), else plain. */
export function styled(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

function pad(text: string, width: number, right: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? blanks + text : text + blanks;
}

/** One column of a table: its title, what stands in the row of an item, and `right` where it is aligned so. */
export type Column<Item> = readonly [title: string, cell: (item: Item) => string | number, align?: 'right'];

/** Items under the titles, aligned by what a terminal shows (Hangul is two cells wide); ends without a newline. */
export function table<Item>(items: readonly Item[], columns: readonly Column<Item>[]): string {
  const aligned = columns.map(([title, cell, align]) => {
    const cells = items.map((item) => terminalLine(String(cell(item)), { colour: true }));
    const width = Math.max(...[title, ...cells].map((text) => stringWidth(text)));
    return [title, ...cells].map((text) => pad(text, width, align === 'right'));
  });
  const [head = '', ...rows] = [-1, ...items.keys()].map((index) =>
    aligned
      .map((cells) => cells[index + 1])
      .join('  ')
      .trimEnd(),
  );
  return [styled('bold', head), ...rows].join('\n');
}

/** `name  value` lines, aligned. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => stringWidth(name)));
  return pairs
    .map(
      ([name, value]) =>
        `${styled('dim', pad(name, width, false))}  ${terminalLine(value, { colour: true })}`,
    )
    .join('\n');
}

/** A text that takes no more cells than a terminal has: one that wraps can't be taken away again. */
function cut(text: string, cells: number): string {
  if (!(cells > 0) || stringWidth(text) <= cells) return text;
  const signs = [...text].slice(0, cells);
  while (stringWidth(signs.join('')) > cells) signs.pop();
  return signs.join('');
}

/** A line that is overwritten by the next one: progress for a person who watches, nothing in a pipe or a log. */
export class StatusLine {
  private shown = false;
  private readonly stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.stream = stream;
  }

  show(text: string): void {
    if (!this.stream.isTTY) return;
    this.stream.write(`\r\x1b[2K${cut(terminalLine(text, { colour: false }), this.stream.columns - 1)}`);
    this.shown = true;
  }

  clear(): void {
    if (this.shown) this.stream.write('\r\x1b[2K');
    this.shown = false;
  }
}
