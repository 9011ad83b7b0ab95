import { Worker } from 'node:worker_threads';
import type { Architecture } from './network.ts';
import type { Part } from './part.ts';

/** What the second thread is asked; it answers every question but the first, in their order. */
export type Question =
  | { readonly kind: 'begin'; readonly architecture: Architecture }
  | { readonly kind: 'learn'; readonly weights: Float32Array; readonly part: Part }
  | { readonly kind: 'predict'; readonly weights: Float32Array; readonly images: Float32Array };

export interface Learned {
  readonly gradient: Float32Array;
  readonly loss: number;
  readonly correct: number;
}

/**
 * A second thread with the same network, which takes every other part of a batch. Which part it takes does not depend on how fast it
 * is, and sums are added in the order of the parts: the same numbers come out on any machine.
 */
export class Helper {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<unknown>[] = [];
  #failure: Error | null = null;

  /** @param program the file that the thread runs, which is the trainer's own */
  constructor(program: string) {
    this.#worker = new Worker(program);
    this.#worker.on('message', (answer) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(new Error(`The second thread ended with ${code}.`)));
  }

  begin(architecture: Architecture): void {
    this.#post({ kind: 'begin', architecture });
  }

  /** The part's gradient, loss and right answers (`learn` of part.ts). Shared weights must stay as they are until the answer comes. */
  learn(weights: Float32Array, part: Part): Promise<Learned> {
    return this.#ask<Learned>({ kind: 'learn', weights, part });
  }

  /** The scores of images (`Network.predict`). */
  predict(weights: Float32Array, images: Float32Array): Promise<Float32Array> {
    return this.#ask<Float32Array>({ kind: 'predict', weights, images });
  }

  #ask<Answer>(question: Question): Promise<Answer> {
    if (this.#failure) return Promise.reject(this.#failure);
    const answer = Promise.withResolvers<Answer>();
    // Whoever asked may still be at work of its own when it fails.
    answer.promise.catch(() => undefined);
    this.#waiting.push(answer as PromiseWithResolvers<unknown>);
    this.#post(question);
    return answer.promise;
  }

  #post(question: Question): void {
    this.#worker.postMessage(question);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const answer of this.#waiting.splice(0)) answer.reject(this.#failure);
  }
}
