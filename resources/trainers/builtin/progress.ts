import type { Events } from './events.ts';

const everyMs = 300;
/** The time of the last so many steps is what the next ones are expected to take. */
const remembered = 64;
/** Before this many steps nothing is known: the first ones are slower. */
const firstSteps = 8;

/** Says how far the training is, at most every 300 ms, and how long it will still take. */
export class Progress {
  readonly #events: Events;
  readonly #plan: { readonly epochs: number; readonly stepsPerEpoch: number };
  #epoch: number;
  #step: number;
  #stepTimes: number[] = [];
  #evaluationMs: number | null = null;
  #saidAt = 0;

  constructor(
    events: Events,
    plan: { epochs: number; stepsPerEpoch: number },
    place: { epoch: number; step: number },
  ) {
    this.#events = events;
    this.#plan = plan;
    this.#epoch = Math.min(place.epoch, plan.epochs);
    this.#step = place.step;
  }

  stepped(epoch: number, step: number, tookMs: number): void {
    this.#epoch = epoch;
    this.#step = step;
    this.#stepTimes.push(tookMs);
    if (this.#stepTimes.length > remembered) this.#stepTimes.shift();
  }

  evaluated(tookMs: number): void {
    this.#evaluationMs = tookMs;
  }

  /** Says it if the last time was long enough ago. */
  tick(): void {
    if (performance.now() - this.#saidAt >= everyMs) this.say();
  }

  say(): void {
    this.#saidAt = performance.now();
    const { epochs, stepsPerEpoch } = this.#plan;
    const steps = epochs * stepsPerEpoch;
    this.#events.progress({
      epoch: this.#epoch,
      epochs,
      step: this.#step,
      steps,
      etaMs: this.#timeLeft(steps - this.#step),
    });
  }

  #timeLeft(stepsLeft: number): number | null {
    if (this.#stepTimes.length < firstSteps) return null;
    const stepMs = this.#stepTimes.reduce((sum, ms) => sum + ms, 0) / this.#stepTimes.length;
    // Not measured yet: an evaluation has no way back, and the validation images are fewer.
    const evaluationMs = this.#evaluationMs ?? 0.1 * stepMs * this.#plan.stepsPerEpoch;
    // One more than epochs: the artifacts' evaluation at the end.
    const evaluations = Math.ceil(stepsLeft / this.#plan.stepsPerEpoch) + 1;
    return Math.round(stepsLeft * stepMs + evaluations * evaluationMs);
  }
}
