import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { type ITheme, Terminal } from '@xterm/xterm';
import type { LogLine } from '../../../../shared/contract/run-readings.ts';
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

/** xterm.js as a screen of log lines that knows which line stands where. */
export class LogScreen {
  private readonly terminal: Terminal;
  private readonly fitting = new FitAddon();
  private readonly searching = new SearchAddon();
  private readonly texts: ScreenTexts;
  private shown: Shown[] = [];
  private lastAttempt: number | null = null;

  constructor(host: HTMLElement, theme: ITheme, fontFamily: string, texts: ScreenTexts) {
    this.texts = texts;
    this.terminal = new Terminal({
      allowProposedApi: true,
      disableStdin: true,
      cursorBlink: false,
      cursorInactiveStyle: 'none',
      fontFamily,
      fontSize: 12.5,
      lineHeight: 1.25,
      // Long lines wrap: the terminal holds more rows than lines.
      scrollback: windowCapacity * 3,
      theme,
    });
    this.terminal.loadAddon(this.fitting);
    this.terminal.loadAddon(this.searching);
    this.terminal.open(host);
    this.terminal.write('\u001b[?25l');
    this.terminal.attachCustomKeyEventHandler((event) => this.onKey(event));
    this.fitting.fit();
  }

  /** Hears of every move of the view. */
  onScroll(listener: () => void): () => void {
    const moved = this.terminal.onScroll(listener);
    // xterm tells of scrolling by output only; the wheel and the bar move its own element.
    const viewport = this.terminal.element?.querySelector('.xterm-scrollable-element, .xterm-viewport');
    const later = () => requestAnimationFrame(listener);
    viewport?.addEventListener('wheel', later, { passive: true });
    viewport?.addEventListener('pointerup', later);
    this.terminal.element?.addEventListener('keyup', later);
    return () => {
      moved.dispose();
      viewport?.removeEventListener('wheel', later);
      viewport?.removeEventListener('pointerup', later);
      this.terminal.element?.removeEventListener('keyup', later);
    };
  }

  get atTop(): boolean {
    return this.terminal.buffer.active.viewportY === 0;
  }

  get atBottom(): boolean {
    const { viewportY, baseY } = this.terminal.buffer.active;
    return viewportY >= baseY;
  }

  fit(): void {
    this.fitting.fit();
  }

  theme(theme: ITheme): void {
    this.terminal.options.theme = theme;
  }

  get selection(): string {
    return this.terminal.getSelection();
  }

  onSelection(listener: () => void): () => void {
    const subscription = this.terminal.onSelectionChange(listener);
    return () => subscription.dispose();
  }

  /** Shows these lines and no others. */
  async replace(lines: readonly LogLine[]): Promise<void> {
    this.terminal.reset();
    this.terminal.write('\u001b[?25l');
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
    return new Promise((resolve) => this.terminal.write(parts.join(''), resolve));
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

  scrollToEnd(): void {
    this.terminal.scrollToBottom();
  }

  /** Marks a text in all lines shown, and the one in this line most. */
  mark(search: string, line: number | null): void {
    if (search === '') {
      this.searching.clearDecorations();
      this.terminal.clearSelection();
      return;
    }
    if (line !== null) {
      const y = this.rowOf(line);
      if (y !== null) this.terminal.select(0, y, 1);
    }
    this.searching.findNext(search, {
      caseSensitive: false,
      decorations: {
        matchBackground: '#8a6d1a',
        matchOverviewRuler: '#d9a514',
        activeMatchBackground: '#d97706',
        activeMatchColorOverviewRuler: '#d97706',
      },
    });
  }

  dispose(): void {
    this.terminal.dispose();
  }

  /** The row where a line begins; null where it is not on the screen. */
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

  /** Tab leaves the terminal, copying copies; all else is the terminal's. */
  private onKey(event: KeyboardEvent): boolean {
    if (event.key === 'Tab') return false;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') {
      if (event.type === 'keydown' && this.selection !== '') {
        void navigator.clipboard.writeText(this.selection);
      }
      return false;
    }
    if (event.type !== 'keydown') return true;
    const buffer = this.terminal.buffer.active;
    const moves: Record<string, () => void> = {
      ArrowUp: () => this.terminal.scrollLines(-1),
      ArrowDown: () => this.terminal.scrollLines(1),
      PageUp: () => this.terminal.scrollPages(-1),
      PageDown: () => this.terminal.scrollPages(1),
      Home: () => this.terminal.scrollToLine(0),
      End: () => this.terminal.scrollToLine(buffer.baseY),
    };
    const move = moves[event.key];
    if (!move) return !event.ctrlKey && !event.metaKey;
    event.preventDefault();
    move();
    return false;
  }
}
