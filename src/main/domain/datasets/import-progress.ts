import type { ImportError, ImportPhase } from './ports.ts';

export interface ProgressState {
  readonly phase: ImportPhase;
  /** Files done in this phase. */
  readonly done: number;
  /** Files in all; null until it is known. */
  readonly total: number | null;
  readonly error: ImportError | null;
}

/** How often readers are told of another file: a screen shows no more. */
const tellEveryMs = 200;

/** How far an import is that this engine works at; readers wait for changes. */
export class ImportProgress {
  private current: ProgressState = { phase: 'validating', done: 0, total: null, error: null };
  private told = 0;
  private readonly waiting = new Set<() => void>();
  private readonly onTold: () => void;

  /** @param onTold called whenever readers are told */
  constructor(onTold: () => void) {
    this.onTold = onTold;
  }

  get state(): ProgressState {
    return this.current;
  }

  get isOver(): boolean {
    return this.current.phase === 'done' || this.current.phase === 'failed';
  }

  /** Another phase begins, or the import ends. */
  enter(phase: ImportPhase, total: number | null, error: ImportError | null = null): void {
    this.current = { phase, done: phase === 'done' ? (total ?? 0) : 0, total, error };
    this.tell();
  }

  /** So many files of this phase are done. */
  advance(done: number): void {
    this.current = { ...this.current, done };
    if (performance.now() - this.told >= tellEveryMs) this.tell();
  }

  /** Resolves at once if `done` is not what the reader has seen or the import is over, else at the next change or in `waitMs`. */
  async wait(seen: number, waitMs: number): Promise<void> {
    if (this.isOver || this.current.done !== seen || waitMs === 0) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, waitMs);
      this.waiting.add(end);
    });
  }

  private tell(): void {
    this.told = performance.now();
    for (const wake of [...this.waiting]) wake();
    this.onTold();
  }
}
