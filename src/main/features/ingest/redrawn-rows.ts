/** More rows than these above the cursor are not told apart: programs redraw a screen at most. */
const mostRows = 63;

/** The sequences that move the cursor up: `ESC [ n A`, `ESC [ n F`, `ESC M`. */
const upwards = new RegExp(`${String.fromCharCode(0x1b)}(?:\\[(\\d{0,4})[AF]|M)|\\n`, 'g');

/** Where something stands in the text. */
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
  /** Where the newline that ends them stands; null where it is not there yet. */
  readonly end: number | null;
  /** From here on the lowest row begins anew: reading from here gives the same rows, without what was drawn above and not again. */
  readonly anew: number;
}

/** Whether the cursor is moved up anywhere in a text. */
export function movesUp(text: string): boolean {
  return [...text.matchAll(upwards)].some(([found]) => found !== '\n');
}

/**
 * Follows the cursor from a place where a row begins, as nested bars move it: down by a newline, draw, and up again. A newline only
 * ends the row where no row is left below.
 * @param text one character a byte
 * @param stateOf the last thing that a part of a row shows; null where it shows nothing
 * @returns null where the row is a line like others: the cursor leaves it by a newline, and nothing moved it up before
 */
export function redrawnRows(
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
