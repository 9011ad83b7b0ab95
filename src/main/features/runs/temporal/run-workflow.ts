import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DriverState } from '../driver.ts';
import {
  cancelName,
  freshMemory,
  graceOf,
  machineQueue,
  progressName,
  type RunActivities,
  type RunInput,
  type RunMemory,
  type WakeSignal,
  wakeName,
} from './protocol.ts';

/** Well below what a history may hold; a look takes about a dozen events. */
const eventsAtMost = 400;
const firstSilenceMs = 15_000;
const longestSilenceMs = 3_600_000;
/** Engines start a run's workflow again when they come back: one that gets no answer need not wait forever. */
const giveUpAfterMs = 24 * 3_600_000;
const machinesKept = 4;

/**
 * Drives one run: asks its workstation to move it on whenever somebody wakes it or its time has come, until it is over. It decides
 * nothing about the run: that is in PostgreSQL, and workflows that are lost are started again from there.
 */
export async function trainyardRun(input: RunInput): Promise<DriverState | null> {
  const driven = new DrivenRun(input);
  setHandler(defineSignal<[WakeSignal]>(wakeName), ({ machineId }) => {
    driven.callers.add(machineId);
  });
  setHandler(defineSignal<[unknown]>(cancelName), (argument) => driven.askToCancel(graceOf(argument)));
  setHandler(defineQuery<DriverState | null>(progressName), () => driven.state);
  // Temporal's own cancellation is a wish like the signal: the workflow goes on until the trainer is at rest.
  CancellationScope.current().cancelRequested.catch(() => driven.askToCancel(graceOf(undefined)));
  const ending = await CancellationScope.nonCancellable(() => driven.drive());
  if (ending === 'over' || ending === 'unattended') return driven.state;
  return continueAsNew<typeof trainyardRun>({ runId: input.runId, memory: driven.memory() });
}

class DrivenRun {
  readonly callers: Set<string>;
  /** What the last look answered. */
  state: DriverState | null;
  private readonly runId: string;
  private machines: readonly string[];
  private cancelGraceMs: number | null;
  private silentMs: number;

  constructor({ runId, memory = freshMemory }: RunInput) {
    this.runId = runId;
    this.state = memory.standing;
    this.callers = new Set(memory.callers);
    this.machines = memory.machines;
    this.cancelGraceMs = memory.cancelGraceMs;
    this.silentMs = memory.silentMs;
  }

  askToCancel(graceMs: number): void {
    this.cancelGraceMs = Math.min(graceMs, this.cancelGraceMs ?? graceMs);
  }

  memory(): RunMemory {
    const { state, callers, machines, cancelGraceMs, silentMs } = this;
    return { standing: state, callers: [...callers], machines, cancelGraceMs, silentMs };
  }

  async drive(): Promise<'over' | 'unattended' | 'long'> {
    // A first signal comes with the start; without one (started by hand) there is nobody to ask yet.
    await condition(() => this.callers.size > 0 || this.machines.length > 0);
    for (;;) {
      if (this.cancelGraceMs !== null) await this.cancel(this.cancelGraceMs);
      const isAnswered = await this.look();
      if (this.state?.isOver && this.callers.size === 0) return 'over';
      const waitMs = isAnswered && this.state ? this.state.nextLookMs : this.pauseAfterSilence();
      if (this.silentMs > giveUpAfterMs) return 'unattended';
      const { historyLength, continueAsNewSuggested } = workflowInfo();
      if (continueAsNewSuggested || historyLength > eventsAtMost) return 'long';
      // A cancellation that could not be saved waits for the next look, too.
      const wasAsked = this.cancelGraceMs;
      await condition(() => this.callers.size > 0 || this.cancelGraceMs !== wasAsked, waitMs);
    }
  }

  private pauseAfterSilence(): number {
    const pauseMs = Math.min(longestSilenceMs, Math.max(firstSilenceMs, this.silentMs));
    this.silentMs += pauseMs;
    return pauseMs;
  }

  /** Asks the machines that may move the run: first the one that has it, then those that called. Returns whether any of them answered. */
  private async look(): Promise<boolean> {
    const owner = this.state?.machineId ?? null;
    const queue = [...(owner === null ? [] : [owner]), ...this.callers];
    this.callers.clear();
    if (queue.length === 0) queue.push(...this.machines.slice(0, 1));
    const asked = new Set<string>();
    let isAnswered = false;
    for (let machine = queue.shift(); machine !== undefined; machine = queue.shift()) {
      if (asked.has(machine)) continue;
      asked.add(machine);
      const answer = await this.tryAt(machine, ({ advance }) => advance(this.runId));
      if (!answer) continue;
      isAnswered = true;
      this.state = answer;
      if (answer.isOver || answer.machineId === machine) break;
      // Another workstation has the run by now; only that one can move it.
      if (answer.machineId !== null) queue.splice(0, queue.length, answer.machineId);
    }
    if (isAnswered) this.silentMs = 0;
    return isAnswered;
  }

  private async cancel(graceMs: number): Promise<void> {
    const owner = this.state?.machineId;
    for (const machine of new Set([...(owner ? [owner] : []), ...this.callers, ...this.machines])) {
      const isWritten = await this.tryAt(machine, async (activities) => {
        await activities.cancel(this.runId, graceMs);
        return true;
      });
      if (!isWritten) continue;
      // A shorter grace may have been asked for meanwhile.
      if (this.cancelGraceMs === graceMs) this.cancelGraceMs = null;
      return;
    }
  }

  /** Null: that workstation does not answer. */
  private async tryAt<T>(
    machineId: string,
    ask: (activities: RunActivities) => Promise<T>,
  ): Promise<T | null> {
    const activities = proxyActivities<RunActivities>({
      taskQueue: machineQueue(machineId),
      // A workstation that is off takes nothing, and others may be asked meanwhile.
      scheduleToStartTimeout: 15_000,
      startToCloseTimeout: '24 hours',
      heartbeatTimeout: 10_000,
      retry: { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 10_000 },
    });
    try {
      const answer = await ask(activities);
      this.machines = [machineId, ...this.machines.filter((known) => known !== machineId)].slice(
        0,
        machinesKept,
      );
      return answer;
    } catch (error) {
      if (error instanceof ActivityFailure) return null;
      throw error;
    }
  }
}
