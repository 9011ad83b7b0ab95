/** Collects what wants painting and does it once in the next animation frame, however often it was asked. */
class FrameQueue {
  private readonly wanted = new Set<() => void>();
  private frame = 0;

  /** Asks for a paint; the same function waits once. */
  request(paint: () => void): void {
    this.wanted.add(paint);
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.run());
  }

  forget(paint: () => void): void {
    this.wanted.delete(paint);
  }

  private run(): void {
    this.frame = 0;
    const now = [...this.wanted];
    this.wanted.clear();
    for (const paint of now) paint();
  }
}

/** The page's one queue: all charts paint in one frame. */
export const frames = new FrameQueue();
