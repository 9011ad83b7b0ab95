/** Knows when somebody was last here, so that an engine that was started in the background can go by itself. */
export class Presence {
  private here = 0;
  private last = Date.now();

  seen(): void {
    this.last = Date.now();
  }

  /** Somebody stays (an open connection); call the answer when they leave. */
  enter(): () => void {
    this.here += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.here -= 1;
      this.last = Date.now();
    };
  }

  /** Milliseconds since somebody was here; 0 while somebody is. */
  absentMs(): number {
    return this.here > 0 ? 0 : Date.now() - this.last;
  }
}
