import { AttemptFinisher } from './attempt-finisher.ts';
import { type AttemptRow, newestAttempt } from './attempt-rows.ts';
import { AttemptStarter, type Claim, claimRun } from './attempt-starter.ts';
import { decide, isUnderWay, type Step } from './decide.ts';
import { executorOf, type Observation, type Workstation } from './ports.ts';
import { findRun, type RunRow } from './run-rows.ts';

/**
 * Moves runs on. `advance` may be called by anybody, at any time, twice: it looks at the rows and at the run directory, writes
 * what it intends, does it, and writes what came of it, until there is nothing to do but wait.
 */
export class Advance implements Disposable {
  private readonly parts: Workstation;
  private readonly wake: (runId: string) => void;
  private readonly starter: AttemptStarter;
  private readonly finisher: AttemptFinisher;
  /** The watched run directories, by attempt. */
  private readonly watches = new Map<string, Disposable>();
  /** By run: the advance under way, and the one after it, for all who ask meanwhile. */
  private readonly current = new Map<string, Promise<void>>();
  private readonly next = new Map<string, Promise<void>>();
  private readonly stop = new AbortController();

  /** @param wake asks for another look at a run */
  constructor(parts: Workstation, wake: (runId: string) => void) {
    this.parts = parts;
    this.wake = wake;
    this.finisher = new AttemptFinisher(parts, (attempt) => this.unfollow(attempt));
    this.starter = new AttemptStarter(parts, this.finisher);
  }

  /** Does all that can be done for a run now. @throws what the stores throw; nothing is half done then: call it again */
  advance(runId: string): Promise<void> {
    const next = this.next.get(runId);
    if (next) return next;
    const current = this.current.get(runId);
    if (!current) return this.begin(runId);
    const begin = () => {
      this.next.delete(runId);
      return this.begin(runId);
    };
    // Whoever asked for the current one gets its failure; who asks now gets a try of their own.
    const following = current.then(begin, begin);
    this.next.set(runId, following);
    return following;
  }

  /** Gives a queued run an attempt; see {@link claimRun}. */
  async claim(runId: string): Promise<Claim> {
    const claimed = await claimRun(this.parts, runId);
    if (claimed === 'claimed') await this.parts.notifier.changed(runId);
    return claimed;
  }

  /** What stands in the directory of a run's attempt where it is under way here. */
  async look(runId: string): Promise<{ attempt: AttemptRow; seen: Observation } | null> {
    const [attempt, seen] = await this.newest(runId);
    return attempt && seen ? { attempt, seen } : null;
  }

  /** Whether {@link advance} would have something to do here now. */
  async isDue(runId: string): Promise<boolean> {
    const run = await findRun(this.parts.db, runId);
    if (!run) return false;
    const step = decide(run, ...(await this.newest(runId)));
    return step.kind !== 'rest' || step.stop !== null;
  }

  /** Resolves once no advance is under way. */
  async idle(): Promise<void> {
    while (this.current.size > 0) await Promise.allSettled([...this.current.values(), ...this.next.values()]);
  }

  /** Begins no further step and watches nothing more; trainers and ingestion go on. */
  [Symbol.dispose](): void {
    this.stop.abort();
    for (const watch of this.watches.values()) watch[Symbol.dispose]();
    this.watches.clear();
  }

  /** The newest attempt, and what stands in its directory where it is under way here. */
  private async newest(runId: string): Promise<[AttemptRow | null, Observation | null]> {
    const attempt = await newestAttempt(this.parts.db, runId);
    const isOurs = isUnderWay(attempt) && attempt.machineId === this.parts.machineId;
    return [attempt, isOurs ? await this.parts.directories.observe(attempt.runDirectory) : null];
  }

  private begin(runId: string): Promise<void> {
    const under = this.steps(runId).finally(() => this.current.delete(runId));
    this.current.set(runId, under);
    return under;
  }

  private async steps(runId: string): Promise<void> {
    while (!this.stop.signal.aborted) {
      const run = await findRun(this.parts.db, runId);
      if (!run) return;
      const [attempt, seen] = await this.newest(runId);
      const step = decide(run, attempt, seen);
      if (step.kind === 'rest' && attempt && seen) await this.follow(run, attempt);
      if (!(await this.perform(run, step))) return;
    }
  }

  /** Watches and ingests an attempt's run directory; harmless when repeated. */
  private async follow(run: RunRow, attempt: AttemptRow): Promise<void> {
    const { ingestion } = this.parts;
    if (!this.watches.has(attempt.id)) {
      const wake = () => this.wake(attempt.runId);
      this.watches.set(attempt.id, executorOf(this.parts, run).watch(attempt.runDirectory, wake));
      // What changed between the last look and the watch was not noticed.
      wake();
    }
    await ingestion.open(attempt);
  }

  private async unfollow(attempt: AttemptRow): Promise<void> {
    this.watches.get(attempt.id)?.[Symbol.dispose]();
    this.watches.delete(attempt.id);
    await this.parts.ingestion.close(attempt.id);
  }

  /** Does a step; answers whether to look again at once. */
  private async perform(run: RunRow, step: Step): Promise<boolean> {
    switch (step.kind) {
      case 'rest':
        if (step.stop) await this.parts.directories.askToStop(step.stop.runDirectory, step.stop.graceMs);
        return false;
      case 'claim':
        return (await this.claim(run.id)) === 'claimed';
      case 'cancel-unstarted':
        await this.finisher.cancelUnstarted(run.id);
        return false;
      case 'prepare':
        return this.starter.prepare(run, step.attempt, this.stop.signal);
      case 'start':
        return this.starter.start(run, step.attempt, step.stop);
      case 'mark-running':
        await this.starter.markRunning(step.attempt, step.supervisor);
        return true;
      case 'finish':
        await this.finisher.finish(run, step.attempt, step.exit);
        return false;
      case 'adopt':
        if (await this.starter.adopt(run, step.attempt)) return true;
        await this.finisher.markLost(run, step.attempt, step.fault);
        return false;
      case 'mark-lost':
        await this.finisher.markLost(run, step.attempt, step.fault);
        return false;
    }
  }
}
