import { TrainyardError } from '../../../shared/errors/error.ts';

/** Codes of errors that the same data meet again whenever they are tried. */
const refusals = new Set(['INGEST_REFUSED', 'DOCUMENT_INVALID', 'DOCUMENT_TOO_LARGE']);

/**
 * Why data can't be stored, in a few words; null if the error is one that may pass (a database that is away, a full disk): only then
 * is it of use to try again.
 */
export function refusalOf(error: unknown): string | null {
  // What the language itself refuses: a stack, a string or a buffer that would be too large.
  if (error instanceof RangeError) return error.message;
  return error instanceof TrainyardError && refusals.has(error.code) ? error.message : null;
}

/**
 * The search for the line that makes its batch fail: batches are halved until one holds a single line, which is reported instead
 * of kept.
 */
export class Isolation {
  private readonly most: number;
  private lines = Number.POSITIVE_INFINITY;
  private refusal: string | null = null;
  private passedInARow = 0;

  /** @param most lines that a batch has where nothing is looked for */
  constructor(most: number) {
    this.most = most;
  }

  get isActive(): boolean {
    return this.lines !== Number.POSITIVE_INFINITY;
  }

  get reading(): { readonly mostLines: number; readonly refusal: string | null } {
    return { mostLines: this.lines, refusal: this.refusal };
  }

  /** A batch was refused. Returns false if it was a refused line's own report: then it is not the line. */
  narrow(refusal: string): boolean {
    this.passedInARow = 0;
    if (this.refusal !== null) {
      this.end();
      return false;
    }
    if (this.lines === 1) this.refusal = refusal;
    else this.lines = Math.max(1, Math.floor(Math.min(this.lines, 3 * this.most) / 2));
    return true;
  }

  /** A batch was committed. */
  passed(): void {
    if (!this.isActive) return;
    this.passedInARow += 1;
    // The refused one is among the next as many lines: where they pass, it was something else.
    if (this.refusal !== null || this.passedInARow > 2) this.end();
  }

  end(): void {
    this.lines = Number.POSITIVE_INFINITY;
    this.refusal = null;
    this.passedInARow = 0;
  }
}
