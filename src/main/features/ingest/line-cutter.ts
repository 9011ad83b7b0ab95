import { isAscii } from 'node:buffer';

/** The longest line that is kept whole, in bytes without its newline. */
export const longestLine = 1024 * 1024;

/** States of a line that are over stay unread behind the cursor up to so many bytes: a redraw need not move it. */
const keptBytes = 64 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;
const escapeByte = 0x1b;
/** Of these bytes a state that shows nothing is made: blanks, and the sequences that clear a line. */
const sequence = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-?]*[ -/]*[@-~]`, 'g');
const longestBlank = 512;
/** Of one of several rows that are redrawn together, and become one line of the log: a screen's rows make no line that is too long. */
const longestRow = longestLine / 64;

export interface CutLine {
  readonly text: string;
  /** Where it begins in the part. */
  readonly start: number;
  /** Its rest, up to the newline, was left out: it is longer than {@link longestLine}. */
  readonly cut: boolean;
}

export interface CutterOptions {
  /** In the middle of a line whose beginning was given as cut. */
  readonly skipping: boolean;
  /** Nothing will be written any more: a last line without its newline is a line too. */
  readonly atEnd: boolean;
  /**
   * A carriage return goes back to the line's beginning, and sequences go up to rows above, as on a terminal: what was last written
   * over a line is its text, and rows that are redrawn together (nested bars) are one line, each as it was left.
   */
  readonly moves: boolean;
}

/**
 * Cuts a part of a growing file into lines by its bytes; what is no UTF-8 becomes U+FFFD. `consumed` counts the bytes that need
 * not be read again: what follows it waits for its newline.
 */
export class LineCutter {
  consumed = 0;
  /** In the middle of a line whose beginning was given as cut: what comes up to the newline is passed over. */
  skipping: boolean;
  private readonly bytes: Buffer;
  private readonly atEnd: boolean;
  private readonly moves: boolean;
  /** Nothing in the part makes a line's text another than its bytes. */
  private readonly isPlain: boolean;
  /** Of a part that is ASCII all through: a slice of it costs less than decoding each line. */
  private readonly ascii: string | null;
  /** One character a byte, where the cursor moves up anywhere in the part. */
  private drawn: string | null;

  constructor(bytes: Buffer, { skipping, atEnd, moves }: CutterOptions) {
    this.bytes = bytes;
    this.skipping = skipping;
    this.atEnd = atEnd;
    this.ascii = isAscii(bytes) ? bytes.toString('latin1') : null;
    const drawn = moves && bytes.includes(escapeByte) ? (this.ascii ?? bytes.toString('latin1')) : '';
    this.drawn = movesUp(drawn) ? drawn : null;
    const returns = bytes.includes(carriageReturn);
    this.moves = moves && (this.drawn !== null || returns);
    this.isPlain = !returns && !this.moves;
  }

  /** The texts of the next whole lines, at most so many, made at once; none where the next one has to be looked at by `next`. */
  nextPlain(most: number): string[] {
    if (!this.isPlain || this.skipping) return [];
    const { ascii, bytes, consumed } = this;
    let end = consumed;
    for (let count = 0; count < most; count += 1) {
      const found = ascii === null ? bytes.indexOf(newline, end) : ascii.indexOf('\n', end);
      if (found < 0 || found - end > longestLine) break;
      end = found + 1;
    }
    this.consumed = end;
    return end === consumed ? [] : this.text(consumed, end - 1).split('\n');
  }

  /** The next line; null if none is whole. */
  next(): CutLine | null {
    if (this.skipping) this.skip();
    if (this.skipping) return null;
    const { bytes, consumed } = this;
    const redrawn = this.redrawn();
    if (redrawn) return this.nextOf(redrawn);
    const end = this.ascii === null ? bytes.indexOf(newline, consumed) : this.ascii.indexOf('\n', consumed);
    const state = this.stateOf(consumed, end < 0 ? bytes.length : end);
    const { start } = state;
    if (end >= 0 && state.end - start <= longestLine) {
      this.consumed = end + 1;
      return { text: this.text(start, state.end), start, cut: false };
    }
    if (end >= 0 || state.end - start > longestLine) {
      this.consumed = start + longestLine;
      this.skipping = true;
      return { text: this.text(start, start + longestLine), start, cut: true };
    }
    if (!this.atEnd || consumed === bytes.length) {
      this.passOldStates();
      return null;
    }
    this.consumed = bytes.length;
    return { text: this.text(start, state.end), start, cut: false };
  }

  /** How the line that waits for its newline looks now, its end where it is longer than `most` bytes; empty if none waits. */
  unfinishedLine(most: number): string {
    if (this.skipping) return '';
    const { start, end } = this.redrawn()?.latest ?? this.stateOf(this.consumed, this.bytes.length);
    return this.text(Math.max(start, this.characterStart(end - most)), end);
  }

  /** Null if the cursor does not move up in the line. Rows that never come to an end are cut into lines like others. */
  private redrawn(): RedrawnRows | null {
    if (this.drawn === null) return null;
    const found = redrawnRows(this.drawn, this.consumed, (start, end) => {
      const state = this.stateOf(start, end);
      return this.shows(state.start, state.end) ? state : null;
    });
    const isEndless =
      found?.end === null && found.anew === this.consumed && this.bytes.length - this.consumed > keptBytes;
    if (!isEndless) return found;
    this.drawn = null;
    return null;
  }

  private nextOf({ rows, end, anew }: RedrawnRows): CutLine | null {
    const { bytes, consumed } = this;
    if (end === null && !this.atEnd) {
      if (bytes.length - consumed > keptBytes) this.consumed = anew;
      return null;
    }
    this.consumed = end === null ? bytes.length : end + 1;
    const textOf = ({ start, end }: Span) => this.text(start, Math.min(end, start + longestRow));
    return { text: rows.map(textOf).join('\n'), start: rows[0]?.start ?? consumed, cut: false };
  }

  private skip(): void {
    const end = this.bytes.indexOf(newline, this.consumed);
    this.skipping = end < 0 && !this.atEnd;
    this.consumed = end < 0 ? this.bytes.length : end + 1;
  }

  /** Of a line that is redrawn for hours, what was written over need not be read again and again. */
  private passOldStates(): void {
    if (!this.moves || this.bytes.length - this.consumed <= keptBytes) return;
    // The last state may be torn in the middle of a sequence: only those before it are judged.
    const last = this.bytes.lastIndexOf(carriageReturn);
    if (last > this.consumed) this.consumed = this.stateOf(this.consumed, last).start;
  }

  /** Where the last thing stands that a line, from and to, showed. */
  private stateOf(from: number, to: number): { readonly start: number; readonly end: number } {
    if (!this.moves) return { start: from, end: to };
    for (let end = to; end > from; ) {
      let start = end;
      while (start > from && this.bytes[start - 1] !== carriageReturn) start -= 1;
      if (this.shows(start, end)) return { start, end };
      end = start - 1;
    }
    return { start: from, end: to };
  }

  private shows(start: number, end: number): boolean {
    if (end - start > longestBlank) return true;
    return this.bytes.toString('latin1', start, end).replace(sequence, '').trim() !== '';
  }

  private characterStart(at: number): number {
    let start = Math.max(0, at);
    while (start < this.bytes.length && ((this.bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return start;
  }

  /** A carriage return before the newline belongs to it. */
  private text(start: number, end: number): string {
    const stop = end > start && this.bytes[end - 1] === carriageReturn ? end - 1 : end;
    return this.ascii === null ? this.bytes.toString('utf8', start, stop) : this.ascii.slice(start, stop);
  }
}

/** The most rows above the cursor that are kept apart: programs redraw a screen at most. */
const mostRows = 63;

/** The sequences that move the cursor up: `ESC [ n A`, `ESC [ n F`, `ESC M`. */
const upwards = new RegExp(`${String.fromCharCode(0x1b)}(?:\\[(\\d{0,4})[AF]|M)|\\n`, 'g');

/** A position in the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Rows that a program goes back to and redraws, up to the newline that leaves the lowest of them. */
export interface RedrawnRows {
  /** The rows that show something and were not given before, from the top. */
  readonly rows: readonly Span[];
  /** What was drawn last. */
  readonly latest: Span;
  /** The position of the newline that ends them; null if it is not there yet. */
  readonly end: number | null;
  /** From here on the lowest row begins anew: reading from here gives the same rows, without what was drawn above and not again. */
  readonly anew: number;
}

/** Whether the cursor is moved up anywhere in a text. */
function movesUp(text: string): boolean {
  return [...text.matchAll(upwards)].some(([found]) => found !== '\n');
}

/**
 * Follows the cursor from a place where a row begins, as nested bars move it: down by a newline, draw, and up again. A newline only
 * ends the row where no row is left below.
 * @param text one character a byte
 * @param stateOf the last thing that a part of a row shows; null if it shows nothing
 * @returns null if the row is a line like others: the cursor leaves it by a newline, and nothing moved it up before
 */
function redrawnRows(
  text: string,
  from: number,
  stateOf: (start: number, end: number) => Span | null,
): RedrawnRows | null {
  /** By how far above the lowest row each is. */
  const rows = new Map<number, Span>();
  let above = 0;
  let hasMoved = false;
  let latest: Span = { start: from, end: from };
  let anew = from;
  let start = from;
  const draw = (end: number) => {
    const state = stateOf(start, end);
    if (!state) return;
    rows.set(above, state);
    latest = state;
  };
  const asFound = (end: number | null): RedrawnRows => ({
    rows: [...rows].sort(([one], [other]) => other - one).map(([, span]) => span),
    latest,
    end,
    anew,
  });
  upwards.lastIndex = from;
  for (let move = upwards.exec(text); move; move = upwards.exec(text)) {
    draw(move.index);
    start = upwards.lastIndex;
    if (move[0] !== '\n') {
      hasMoved = true;
      above = Math.min(mostRows, above + Math.max(1, Number(move[1] || 1)));
    } else if (above > 0) {
      above -= 1;
      if (above === 0) anew = start;
    } else return hasMoved ? asFound(move.index) : null;
  }
  draw(text.length);
  return hasMoved ? asFound(null) : null;
}
