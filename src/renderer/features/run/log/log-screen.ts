import type { ITheme } from '@xterm/xterm';
import type { LogLine } from '../../../../shared/contract/run-readings.ts';
import { TerminalScreen } from '../../../components/log/terminal-screen.ts';
import { attemptText, lineText, rowCount } from './log-text.ts';
import { windowCapacity } from './log-window.ts';

interface Shown {
  readonly line: number;
  readonly rows: number;
}

export interface ScreenTexts {
  readonly timeOfDay: (iso: string) => string;
  readonly attempt: (number: number) => string;
}

/** A terminal of log lines that knows which line stands where. */
export class LogScreen extends TerminalScreen {
  private readonly texts: ScreenTexts;
  private shown: Shown[] = [];
  private lastAttempt: number | null = null;

  constructor(host: HTMLElement, theme: ITheme, fontFamily: string, texts: ScreenTexts) {
    // Long lines wrap: the terminal holds more rows than lines.
    super(host, theme, fontFamily, windowCapacity * 3);
    this.texts = texts;
  }

  /** Shows these lines and no others. */
  async replace(lines: readonly LogLine[]): Promise<void> {
    this.clear();
    this.shown = [];
    this.lastAttempt = null;
    await this.append(lines);
  }

  /** Adds lines at the end; resolves once they are on the screen. */
  append(lines: readonly LogLine[]): Promise<void> {
    const parts: string[] = [];
    for (const line of lines) {
      const mark =
        this.lastAttempt !== null && line.attempt !== this.lastAttempt
          ? attemptText(this.texts.attempt(line.attempt))
          : '';
      this.lastAttempt = line.attempt;
      const text = mark + lineText(line, this.texts.timeOfDay);
      this.shown.push({ line: line.line, rows: rowCount(text) });
      parts.push(text);
    }
    if (this.shown.length > windowCapacity * 2) this.shown = this.shown.slice(-windowCapacity);
    return this.write(parts.join(''));
  }

  /** The line at the top of the view. */
  topLine(): number | null {
    const buffer = this.terminal.buffer.active;
    let hard = -1;
    for (let y = 0; y <= buffer.viewportY; y += 1) if (!buffer.getLine(y)?.isWrapped) hard += 1;
    let row = this.firstHardRow() + Math.max(0, hard);
    for (const { line, rows } of this.shown) {
      row -= rows;
      if (row < 0) return line;
    }
    return null;
  }

  /** Puts a line at the top of the view, or some rows below it. */
  scrollTo(line: number, rowsAbove = 0): void {
    const y = this.rowOf(line);
    if (y !== null) this.terminal.scrollToLine(Math.max(0, y - rowsAbove));
  }

  /** Marks a text in all lines shown, and the one in this line most. */
  mark(search: string, line: number | null): void {
    if (search !== '' && line !== null) {
      const y = this.rowOf(line);
      if (y !== null) this.terminal.select(0, y, 1);
    }
    this.find(search);
  }

  /** The row where a line begins; null if it is not on the screen. */
  private rowOf(line: number): number | null {
    let hard = -this.firstHardRow();
    let found = false;
    for (const one of this.shown) {
      if (one.line >= line) {
        found = true;
        break;
      }
      hard += one.rows;
    }
    if (!found || hard < 0) return null;
    const buffer = this.terminal.buffer.active;
    for (let y = 0; y < buffer.length; y += 1) {
      if (buffer.getLine(y)?.isWrapped) continue;
      if (hard === 0) return y;
      hard -= 1;
    }
    return null;
  }

  /** How many rows have left the terminal at its top: it holds no more than its scrollback. */
  private firstHardRow(): number {
    const buffer = this.terminal.buffer.active;
    let held = 0;
    const last = buffer.baseY + buffer.cursorY;
    for (let y = 0; y < last; y += 1) if (!buffer.getLine(y)?.isWrapped) held += 1;
    const written = this.shown.reduce((sum, { rows }) => sum + rows, 0);
    return Math.max(0, written - held);
  }
}
