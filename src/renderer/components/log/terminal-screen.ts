import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { type ITheme, Terminal } from '@xterm/xterm';

/** xterm.js as a screen that is only read: it scrolls, marks what is searched for, and lets text be copied. */
export class TerminalScreen {
  readonly terminal: Terminal;
  readonly fitting = new FitAddon();
  readonly searching = new SearchAddon();

  constructor(host: HTMLElement, theme: ITheme, fontFamily: string, scrollback: number) {
    this.terminal = new Terminal({
      allowProposedApi: true,
      disableStdin: true,
      cursorBlink: false,
      cursorInactiveStyle: 'none',
      fontFamily,
      fontSize: 12.5,
      lineHeight: 1.25,
      scrollback,
      theme,
    });
    this.terminal.loadAddon(this.fitting);
    this.terminal.loadAddon(this.searching);
    this.terminal.open(host);
    this.hideCursor();
    this.terminal.attachCustomKeyEventHandler((event) => this.onKey(event));
    this.fitting.fit();
  }

  /** Calls `listener` at every move of the view. */
  onScroll(listener: () => void): () => void {
    const moved = this.terminal.onScroll(listener);
    // xterm reports scrolling by output only; the wheel and the scroll bar move its own element.
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

  /** Empties the screen. */
  clear(): void {
    this.terminal.reset();
    this.hideCursor();
  }

  /** Copies what is selected. */
  copy(): void {
    const text = this.terminal.getSelection();
    if (text !== '') void navigator.clipboard.writeText(text);
  }

  /** Writes text as it is; resolves once it is on the screen. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.terminal.write(text, resolve));
  }

  /** Marks a text wherever it stands and goes to the next place; an empty one takes the marks away. */
  find(search: string, direction: 'next' | 'previous' = 'next'): void {
    if (search === '') {
      this.searching.clearDecorations();
      this.terminal.clearSelection();
      return;
    }
    const options = {
      caseSensitive: false,
      decorations: {
        matchBackground: '#8a6d1a',
        matchOverviewRuler: '#d9a514',
        activeMatchBackground: '#d97706',
        activeMatchColorOverviewRuler: '#d97706',
      },
    };
    if (direction === 'next') this.searching.findNext(search, options);
    else this.searching.findPrevious(search, options);
  }

  private hideCursor(): void {
    this.terminal.write('\u001b[?25l');
  }

  /** Tab leaves the terminal, copying copies; all else is the terminal's. */
  private onKey(event: KeyboardEvent): boolean {
    if (event.key === 'Tab') return false;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') {
      if (event.type === 'keydown') this.copy();
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
