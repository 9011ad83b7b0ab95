/**
 * Whether the numbers of events follow each other. A number that was there before is never accepted again, so that a line that was
 * written twice counts once. A line that leaves a gap is not accepted, but its successor is: one fault does not spoil the rest.
 */
export class EventOrder {
  /** The number of the last event. */
  last: number;
  /** The number of the last line that left a gap. */
  gapSeq: number | null;
  /** Lines since the last event that had no number: so many numbers may have been theirs. */
  unnumbered: number;

  constructor(last: number, gapSeq: number | null, unnumbered: number) {
    this.last = last;
    this.gapSeq = gapSeq;
    this.unnumbered = unnumbered;
  }

  /** Accepts an event's number. @returns why it is out of order; null if it is in order */
  accept(seq: number): string | null {
    if (seq <= this.last) return `seq ${seq} after ${this.last}`;
    const follows =
      seq <= this.last + 1 + this.unnumbered || (this.gapSeq !== null && seq === this.gapSeq + 1);
    if (!follows) {
      this.gapSeq = seq;
      return `seq ${seq} after ${this.last}`;
    }
    this.last = seq;
    this.gapSeq = null;
    this.unnumbered = 0;
    return null;
  }

  /** Passes over a line that is no event. @param seq its number, where it has one */
  passOver(seq: number | null): null {
    if (seq === null) this.unnumbered += 1;
    // Its number is used up if it was in order.
    else if (seq > this.last) this.accept(seq);
    return null;
  }
}
