import { randomUUID } from 'node:crypto';
import type { StackCause, StackEvent, StackOperation, StackState } from '../../shared/contract/stack.ts';
import { fault } from '../../shared/errors/catalogue.ts';
import { type ServiceName, type StackVerb, serviceNames } from '../../shared/model/stack.ts';
import type { OnProgress, StackProgress } from '../platform/progress.ts';
import { Wakeups } from '../platform/wakeups.ts';
import { toCause } from './causes.ts';

/** What a verb does; answers the state that it left, where that is the stack's. */
type Work = (onProgress: OnProgress) => Promise<StackState | null>;

/** Steps come in bursts: a reader gets one answer for each, and waits no longer than it would notice. */
const burstMs = 25;

/** The verbs of this process, one at a time, and the newest events that they reported. */
export class OperationJournal {
  private operation: StackOperation | null = null;
  /** What the last verb left. */
  private state: StackState | null = null;
  /** Without a gap in their numbers; the oldest go first. */
  private events: StackEvent[] = [];
  private last = 0;
  private readonly wakeups = new Wakeups();
  private readonly ends = new Wakeups();
  private readonly capacity: number;
  private readonly onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void, capacity = 5000) {
    this.onFailure = onFailure;
    this.capacity = capacity;
  }

  /** The one under way, else the last one. */
  get current(): StackOperation | null {
    return this.operation;
  }

  /** Starts the work and does not wait for it. No services: all. @throws TrainyardError STACK_BUSY while another is under way */
  begin(verb: StackVerb, services: readonly ServiceName[], work: Work): StackOperation {
    if (this.operation?.status === 'running') throw fault('STACK_BUSY', { verb: this.operation.verb });
    const begun: StackOperation = {
      id: randomUUID(),
      verb,
      services: services.length > 0 ? [...services] : [...serviceNames],
      status: 'running',
      startedAt: new Date().toISOString(),
      endedAt: null,
      cause: null,
    };
    this.operation = begun;
    this.state = null;
    this.note(begun.id, { type: 'begin', verb, services: begun.services });
    void this.run(begun, work);
    return begun;
  }

  /** The number of the last event. */
  get cursor(): number {
    return this.last;
  }

  /**
   * Events after a cursor; waits up to `waitMs` for the first, and a moment for those that follow it. A cursor of another process begins
   * anew. `state`: what the last verb left, where its end is among them.
   */
  async progress(
    after: number,
    waitMs: number,
  ): Promise<{
    readonly cursor: number;
    readonly events: readonly StackEvent[];
    readonly state: StackState | null;
  }> {
    const from = after > this.last ? 0 : after;
    if (from === this.last && waitMs > 0) {
      await this.wakeups.wait(waitMs);
      if (this.operation?.status === 'running') await this.ends.wait(burstMs);
    }
    const events = this.events.filter(({ seq }) => seq > from);
    return { cursor: this.last, events, state: events.at(-1)?.type === 'end' ? this.state : null };
  }

  private async run(begun: StackOperation, work: Work): Promise<void> {
    let cause: StackCause | null = null;
    let state: StackState | null = null;
    try {
      state = await work((event) => this.note(begun.id, event));
    } catch (error) {
      cause = toCause(error);
      this.onFailure(error);
    }
    const status = cause ? 'failed' : 'done';
    this.operation = { ...begun, status, endedAt: new Date().toISOString(), cause };
    this.state = state;
    this.note(begun.id, { type: 'end', status, cause });
    this.ends.wake();
  }

  private note(operation: string, event: StackProgress): void {
    this.last += 1;
    this.events.push({ ...event, seq: this.last, time: new Date().toISOString(), operation });
    if (this.events.length > this.capacity) this.events = this.events.slice(-this.capacity);
    this.wakeups.wake();
  }
}
