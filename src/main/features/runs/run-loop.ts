import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { Wakeups } from '../../platform/wakeups.ts';
import type { WorkLog } from '../../platform/work-log.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { PubSub } from '../../stores/pubsub/ports.ts';
import { Advance } from './advance.ts';
import type { RunCommands } from './commands.ts';
import { sweepConfigDocuments } from './create-run.ts';
import { driverState, type RunDriver } from './driver.ts';
import { EmbeddedDriver } from './embedded-driver.ts';
import type { Observation, Workstation } from './ports.ts';
import { queueChannel } from './run-notifier.ts';
import { cancelledInQueue, findRun, firstQueued, queuedRuns, runsUnderWay } from './run-rows.ts';

/** How often to look whether a supervisor died without a word, and how often where nothing is under way. */
const sweepBusyMs = 5000;
const sweepIdleMs = 30_000;
/** How long an advance in the middle of something is waited for at the end; it may be cut off anywhere. */
const stopWithinMs = 2000;

/**
 * Wakes its driver for the runs that need `advance`: when a run is queued or cancelled (here or on another engine of this database),
 * when a supervisor writes something, when a slot is free. A slow sweep finds what was not reported.
 */
export class RunLoop implements AsyncDisposable {
  private readonly parts;
  private readonly advance: Advance;
  private readonly driver: RunDriver;
  private readonly stop = new AbortController();
  /** Of whoever waits for a run to be moved. */
  private readonly moves = new Wakeups();
  private subscription: AsyncDisposable | null = null;
  private driving: Promise<void> | null = null;
  private filling: Promise<void> | null = null;
  private fillAgain = false;
  /** The queue could not be read, and is tried again in a moment. */
  private fillLater = false;
  private accepting = true;

  constructor(
    parts: Workstation & {
      /** Left out: runs are moved within this process. The loop disposes it. */
      readonly driver?: RunDriver;
      readonly commands: Pick<RunCommands, 'cancel'>;
      readonly documents: DocumentStore;
      readonly pubSub: PubSub;
      readonly log: WorkLog;
    },
  ) {
    this.parts = parts;
    this.driver = parts.driver ?? new EmbeddedDriver(parts.log);
    const slots = () => (this.accepting ? parts.slots() : 0);
    this.advance = new Advance({ ...parts, slots }, (runId) => this.wake(runId));
  }

  /** Takes over what an earlier engine of this machine left under way, and begins to work. */
  async start(): Promise<void> {
    await this.startDriver();
    this.subscription = await this.parts.pubSub.subscribe(queueChannel, (message) => {
      if (typeof message !== 'object' || message === null || !('runId' in message)) return;
      if (typeof message.runId === 'string') this.wake(message.runId);
    });
    for (const runId of await this.underWay()) await this.adopt(runId);
    await this.sweep();
    void this.sweepOrphanConfigs();
  }

  /** Has a look at a run, soon. */
  wake(runId: string): void {
    if (!this.stop.signal.aborted) this.driver.wake(runId);
  }

  /**
   * Starts nothing more, cancels every run under way here and waits for the trainers' ends; queued runs stay queued.
   * @returns the runs that were still under way when the time (and some more) was over
   */
  async stopAll(options: { readonly graceMs: number }): Promise<{ left: string[] }> {
    this.accepting = false;
    await this.startDriver();
    for (const runId of await this.underWay()) {
      await this.cancel(runId, options.graceMs);
      this.wake(runId);
    }
    const deadline = performance.now() + options.graceMs + 15_000;
    for (;;) {
      const left = await this.underWay();
      const remaining = deadline - performance.now();
      if (left.length === 0 || remaining <= 0) return { left };
      await this.moves.wait(Math.min(remaining, 1000));
    }
  }

  /** Starts queued runs again, where what all were stopped for does not come. */
  resume(): void {
    this.accepting = true;
    this.startQueued();
  }

  /** Stops working; trainers go on, and the next start adopts them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.subscription?.[Symbol.asyncDispose]();
    this.advance[Symbol.dispose]();
    const idle = Promise.all([this.advance.idle(), this.filling]);
    await Promise.race([idle, delay(stopWithinMs, undefined, { ref: false })]);
    await this.driver[Symbol.asyncDispose]();
  }

  /** Runs with an attempt under way here. */
  private underWay(): Promise<string[]> {
    return runsUnderWay(this.parts.db, this.parts.machineId);
  }

  /** Runs are moved from here on. */
  private startDriver(): Promise<void> {
    const { db, executors } = this.parts;
    this.driving ??= this.driver.start({
      move: (runId) => this.move(runId),
      state: (runId) => driverState(db, runId),
      isDue: (runId) => this.advance.isDue(runId),
      cancel: (runId, graceMs) => this.cancel(runId, graceMs),
      open: async () => [...(await this.underWay()), ...(await queuedRuns(db, [...executors.keys()]))],
    });
    return this.driving;
  }

  private async cancel(runId: string, graceMs: number): Promise<void> {
    const run = await findRun(this.parts.db, runId);
    if (!run) return;
    try {
      await this.parts.commands.cancel(run.userId, runId, graceMs);
    } catch (error) {
      // It ended meanwhile.
      if (!(error instanceof TrainyardError && error.code === 'CONFLICT')) throw error;
    }
  }

  private async adopt(runId: string): Promise<void> {
    // One run's trouble must not keep the engine from its start.
    try {
      const looked = await this.advance.look(runId);
      if (looked) {
        const { attempt, seen } = looked;
        this.parts.log.info({ runId, attempt: attempt.attempt, found: seen.kind }, 'adopting a run');
        await this.parts.ingestion.logLine(attempt, 'info', adoptionSentence(seen));
      }
    } catch (error) {
      this.parts.log.warn({ err: error, runId }, 'the adoption of a run could not be noted in its log');
    }
    this.wake(runId);
  }

  /** What a creation that was killed left behind. */
  private async sweepOrphanConfigs(): Promise<void> {
    const { documents, db, log } = this.parts;
    try {
      const removed = await sweepConfigDocuments(documents, db);
      if (removed > 0) log.info({ removed }, 'configs of runs that were never made were removed');
    } catch (error) {
      if (this.stop.signal.aborted) return;
      log.warn(
        { err: error },
        'configs of runs that were never made could not be looked for; the next start does',
      );
    }
  }

  private async move(runId: string): Promise<void> {
    try {
      await this.advance.advance(runId);
    } catch (error) {
      if (!this.stop.signal.aborted) throw error;
    } finally {
      this.moves.wake();
      this.startQueued();
    }
  }

  /** Gives queued runs the slots that are free. */
  private startQueued(): void {
    if (this.stop.signal.aborted) return;
    this.fillAgain = true;
    this.filling ??= this.fillSlots().finally(() => {
      this.filling = null;
    });
  }

  private async fillSlots(): Promise<void> {
    const { db, executors, machineId, log } = this.parts;
    try {
      while (this.fillAgain && this.accepting && !this.stop.signal.aborted) {
        this.fillAgain = false;
        for (;;) {
          const runId = await firstQueued(db, [...executors.keys()], machineId);
          const claimed = runId === null ? 'full' : await this.advance.claim(runId);
          if (runId === null || claimed === 'full') break;
          if (claimed === 'claimed') this.wake(runId);
        }
      }
    } catch (error) {
      if (this.stop.signal.aborted) return;
      log.warn({ err: error }, 'the queue could not be read; trying again');
      if (this.fillLater) return;
      this.fillLater = true;
      this.later(1000, () => {
        this.fillLater = false;
        this.startQueued();
      });
    }
  }

  private async sweep(): Promise<void> {
    const { db, log } = this.parts;
    let isBusy = true;
    try {
      const underWay = await this.underWay();
      isBusy = underWay.length > 0;
      const cancelled = await cancelledInQueue(db);
      if (!this.stop.signal.aborted) this.driver.sweep([...underWay, ...cancelled]);
      this.startQueued();
    } catch (error) {
      if (this.stop.signal.aborted) return;
      log.warn({ err: error }, 'the runs under way could not be read; trying again');
    }
    this.later(isBusy ? sweepBusyMs : sweepIdleMs, () => void this.sweep());
  }

  private later(ms: number, action: () => void): void {
    delay(ms, undefined, { signal: this.stop.signal, ref: false }).then(action, () => undefined);
  }
}

const startsNow = 'The engine was restarted before it had started the trainer, and starts it now.';

function adoptionSentence(seen: Observation): string {
  if (seen.kind === 'running')
    return `The engine was restarted; the trainer (process ${seen.supervisor.trainerPid}) was found alive and goes on.`;
  return {
    starting: 'The engine was restarted; the trainer is just being started.',
    exited: 'The engine was restarted; the trainer ended meanwhile.',
    gone: 'The engine was restarted; the trainer’s supervisor was found dead.',
    unprepared: startsNow,
    prepared: startsNow,
  }[seen.kind];
}
