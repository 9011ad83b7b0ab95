import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { TemporalEndpoint } from '../../../platform/endpoints.ts';
import { BackOff } from '../../../platform/waiting.ts';
import { Wakeups } from '../../../platform/wakeups.ts';
import type { WorkLog } from '../../../platform/work-log.ts';
import { temporalFault } from '../../../stores/temporal/faults.ts';
import type { RunDriver, RunMover } from '../driver.ts';
import { EmbeddedDriver } from '../embedded-driver.ts';
import type { Link } from './link.ts';

/** How many times the patience a workflow may leave a run alone before another is put in its place. */
const wedgedAfter = 60;
const checkEveryMs = 3000;
const firstPauseMs = 250;
const longestPauseMs = 5000;
const startsAtOnce = 8;
const endWithinMs = 3000;

/**
 * Has runs moved by Temporal: each has a thin workflow that asks this workstation to move it. PostgreSQL stays the truth, so that
 * nothing depends on it: where Temporal is away, or slow, this process moves the runs itself, and both at once do no harm. It connects
 * in the background, for as long as it takes; nobody waits for it.
 */
export class TemporalDriver implements RunDriver {
  private readonly endpoint: TemporalEndpoint;
  private readonly parts;
  private readonly embedded: EmbeddedDriver;
  /** Runs that were woken and whose look has not begun, and when they are looked at without it. */
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  /** Since when a run's workflow has been leaving it alone. */
  private readonly neglected = new Map<string, number>();
  private readonly inHand = new Map<string, number>();
  private readonly stop = new AbortController();
  private readonly pauses = new Wakeups();
  private mover: RunMover | null = null;
  /** Null while Temporal does not answer: the engine's own loop moves the runs meanwhile. */
  private link: Link | null = null;
  /** Why Temporal was last away; null if it never was. */
  fault: TrainyardError | null = null;
  private keeping: Promise<void> = Promise.resolve();

  constructor(
    endpoint: TemporalEndpoint,
    parts: {
      /** This workstation: its task queue is `trainyard-<machineId>`. */
      readonly machineId: string;
      /** The file that bin/bundle-workflows.mjs makes. */
      readonly workflowBundle: string;
      readonly log: WorkLog;
      /** How long a woken run's workflow may take to ask for a look before the run is looked at without it. */
      readonly timeoutMs: number;
      /** Makes a namespace that is not there, as after the loss of a development server's store. */
      readonly ensureNamespace: (endpoint: TemporalEndpoint) => Promise<unknown>;
    },
  ) {
    this.endpoint = endpoint;
    this.parts = parts;
    this.embedded = new EmbeddedDriver(parts.log);
  }

  get isConnected(): boolean {
    return this.link !== null;
  }

  async start(mover: RunMover): Promise<void> {
    this.mover = mover;
    await this.embedded.start(mover);
    this.keeping = this.keepLinked(mover);
  }

  wake(runId: string): void {
    const { link } = this;
    if (!this.mover) return;
    if (!link) {
      this.embedded.wake(runId);
      return;
    }
    // A look that has not begun sees this change, too.
    if (this.waiting.has(runId)) return;
    const timer = setTimeout(() => {
      if (!this.neglected.has(runId)) this.neglected.set(runId, performance.now());
      this.moveHere(runId);
    }, this.parts.timeoutMs);
    this.waiting.set(runId, timer);
    void this.ask(runId, () => link.wake(runId));
  }

  sweep(runIds: readonly string[]): void {
    for (const runId of runIds) void this.tend(runId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mover = null;
    this.stop.abort();
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    await this.embedded[Symbol.asyncDispose]();
    // An attempt to connect may be under way; its link is closed as soon as it is there.
    await Promise.race([this.keeping, delay(endWithinMs)]);
  }

  /** Ensures that a run under way here has a workflow, and moves the run if a step is due that nobody announced. */
  private async tend(runId: string): Promise<void> {
    const { link, mover } = this;
    if (!link || !mover) {
      this.embedded.wake(runId);
      return;
    }
    const neglectedMs = performance.now() - (this.neglected.get(runId) ?? Number.POSITIVE_INFINITY);
    if (neglectedMs > wedgedAfter * this.parts.timeoutMs && !this.inHand.has(runId)) {
      this.neglected.delete(runId);
      this.parts.log.warn({ runId }, 'the workflow of a run does nothing; another is put in its place');
      await this.ask(runId, () => link.replace(runId));
      return;
    }
    try {
      if (await mover.isDue(runId)) this.wake(runId);
      else await this.ask(runId, () => link.ensure(runId));
    } catch (error) {
      this.parts.log.warn({ err: error, runId }, 'a run could not be looked at; it is tried again');
      this.embedded.wake(runId);
    }
  }

  /** Asks Temporal for something; where it does not answer, the run is moved without it. */
  private async ask(runId: string, question: () => Promise<void>): Promise<void> {
    try {
      await question();
    } catch (error) {
      this.goneAway(error);
      this.moveHere(runId);
    }
  }

  private moveHere(runId: string): void {
    clearTimeout(this.waiting.get(runId));
    this.waiting.delete(runId);
    if (this.mover) this.embedded.wake(runId);
  }

  /** A workflow asks for a look. */
  private async look(runId: string, move: () => Promise<void>): Promise<void> {
    clearTimeout(this.waiting.get(runId));
    this.waiting.delete(runId);
    this.neglected.delete(runId);
    this.inHand.set(runId, (this.inHand.get(runId) ?? 0) + 1);
    try {
      await move();
    } finally {
      const left = (this.inHand.get(runId) ?? 1) - 1;
      if (left > 0) this.inHand.set(runId, left);
      else this.inHand.delete(runId);
    }
  }

  /** Connects, stays so, and connects again, until the driver is disposed. */
  private async keepLinked(mover: RunMover): Promise<void> {
    for (const backOff = new BackOff(firstPauseMs, longestPauseMs); !this.stop.signal.aborted; ) {
      try {
        await using link = await this.connect(mover);
        backOff.reset();
        if (this.stop.signal.aborted) return;
        await this.connected(mover, link);
        // Before it is closed, so that nothing calls it any more.
        this.goneAway(await this.watch(mover, link));
      } catch (error) {
        this.goneAway(error);
      }
      await this.pause(backOff.next());
    }
  }

  private async connect(mover: RunMover): Promise<Link> {
    const { machineId, workflowBundle, log, ensureNamespace } = this.parts;
    // Hundreds of milliseconds and megabytes: only for those who have a Temporal.
    const { openLink } = await import('./link.ts');
    const looking: RunMover = { ...mover, move: (runId) => this.look(runId, () => mover.move(runId)) };
    const open = () => openLink(this.endpoint, machineId, workflowBundle, looking, log);
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof TrainyardError && error.code === 'TEMPORAL_NAMESPACE_MISSING')) throw error;
      await ensureNamespace(this.endpoint);
      return open();
    }
  }

  /** Watches a link until it is of no use any more; answers why. */
  private async watch(mover: RunMover, link: Link): Promise<unknown> {
    const broken = link.broken.then((why) => ({ why }));
    for (;;) {
      const end = await Promise.race([broken, this.pause(checkEveryMs)]);
      if (end || this.stop.signal.aborted) return end?.why;
      try {
        if (!(await link.check())) return new Error('its store was lost and made anew');
        if (this.link === null) await this.connected(mover, link);
      } catch (error) {
        // The workers of a link that was cut wait for long before they try again: another is quicker.
        return error;
      }
    }
  }

  /** Temporal is there: every run that wants to be driven gets its workflow, were all of them lost. */
  private async connected(mover: RunMover, link: Link): Promise<void> {
    this.link = link;
    this.parts.log.info({ address: this.endpoint.address }, 'Temporal drives the runs');
    try {
      const runIds = await mover.open();
      for (let from = 0; from < runIds.length && this.isConnected; from += startsAtOnce) {
        await Promise.all(
          runIds.slice(from, from + startsAtOnce).map((runId) => this.ask(runId, () => link.wake(runId))),
        );
      }
    } catch (error) {
      this.parts.log.warn(
        { err: error },
        'the open runs could not be read; each gets its workflow when it is woken',
      );
    }
  }

  private goneAway(error: unknown): void {
    if (this.stop.signal.aborted) return;
    const fault = temporalFault(this.endpoint, error);
    const isNew = this.link !== null || this.fault?.code !== fault.code;
    this.link = null;
    this.fault = fault;
    if (isNew)
      this.parts.log.warn({ err: fault }, 'Temporal is away; the engine moves the runs itself meanwhile');
    this.pauses.wake();
  }

  /** Resolves after a time, or at once where Temporal went away or the driver is disposed. */
  private pause(ms: number): Promise<void> {
    return this.pauses.wait(ms, this.stop.signal);
  }
}
