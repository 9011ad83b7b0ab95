import { randomUUID } from 'node:crypto';
import { Wakeups } from '../../platform/wakeups.ts';

export interface Change {
  /** `disk`: how much room there is, `inbox`: what lies there; their ids say nothing. `backup`: a snapshot begins or ends, with its operation, or its schedule changes, with an id that says nothing. */
  readonly kind: 'project' | 'dataset' | 'run' | 'weights' | 'inbox' | 'backup' | 'disk';
  readonly id: string;
}

interface Entry extends Change {
  readonly at: number;
}

/**
 * Which things changed, for screens that show lists. In memory: a reader with a cursor of another process (or one that is
 * too old) gets `reset` and reads everything anew, so nothing depends on what a restart forgets.
 */
export class ChangeFeed {
  private instance = randomUUID();
  private readonly latest = new Map<string, Entry>();
  private readonly wakeups = new Wakeups();
  private count = 0;
  /** Changes up to this one may have been forgotten. */
  private forgotten = 0;
  private readonly capacity: number;

  constructor(capacity = 10_000) {
    this.capacity = capacity;
  }

  /** Records that a thing changed; readers that wait are woken. */
  changed(kind: Change['kind'], id: string): void {
    this.count += 1;
    const key = `${kind}:${id}`;
    this.latest.delete(key);
    this.latest.set(key, { kind, id, at: this.count });
    if (this.latest.size > this.capacity) {
      const [oldest] = this.latest;
      if (oldest) {
        this.forgotten = oldest[1].at;
        this.latest.delete(oldest[0]);
      }
    }
    this.wakeups.wake();
  }

  /** Makes every reader read everything anew, because the stores have changed. */
  startOver(): void {
    this.instance = randomUUID();
    this.latest.clear();
    this.wakeups.wake();
  }

  /** What changed after the cursor; waits up to `waitMs` for something. */
  async after(
    cursor: string,
    waitMs: number,
  ): Promise<{ cursor: string; reset: boolean; changed: Change[] }> {
    const [instance, countText] = cursor.split(':');
    const from = Number(countText);
    const known =
      instance === this.instance &&
      Number.isSafeInteger(from) &&
      from <= this.count &&
      from >= this.forgotten;
    const now = () => `${this.instance}:${this.count}`;
    if (!known) return { cursor: now(), reset: true, changed: [] };
    if (from === this.count && waitMs > 0) await this.wakeups.wait(waitMs);
    if (instance !== this.instance) return { cursor: now(), reset: true, changed: [] };
    const changed = [...this.latest.values()]
      .filter((entry) => entry.at > from)
      .map(({ kind, id }) => ({ kind, id }));
    return { cursor: now(), reset: false, changed };
  }
}
