/** The way to workers of other programs, as `resources/workers/celery`. */
export interface WorkerLink {
  /** Whether one that does the jobs is connected now. */
  present(): Promise<boolean>;
  /** Answers what workers ask until it is disposed. @param answer never rejects */
  serve(answer: (call: unknown) => Promise<unknown>): AsyncDisposable;
}

/** A task as Celery has it. `args` and `kwargs` are JSON. */
export interface QueueMessage {
  /** Given by the sender; the same id again is the same message. */
  readonly id: string;
  readonly body: {
    readonly task: string;
    readonly args: readonly unknown[];
    readonly kwargs: Readonly<Record<string, unknown>>;
  };
}

/** A message held until its visibility time is over: after that somebody else may hold it. */
export interface ReceivedMessage extends QueueMessage {
  /** Done: it goes for good. Returns whether it was still held. */
  acknowledge(): Promise<boolean>;
}

/**
 * A durable list of messages, first in, first out. A message received and not acknowledged in time is there again, in its old place:
 * at least once.
 */
export interface Queue {
  /** Resolves once the message would survive a power cut. The same id twice is kept once while it is queued, as it was first sent. */
  send(queue: string, message: QueueMessage): Promise<void>;
  /** Takes the oldest message for `visibilityMs`; null if none is there. Two receivers never hold the same one. */
  receive(queue: string, visibilityMs: number): Promise<ReceivedMessage | null>;
  /** Waits until a message may be there, or the time is over, or the queue's connection is closed. */
  wait(queue: string, timeoutMs: number): Promise<void>;
}

/** The queue of asynchronous jobs; a Celery worker reads the same one. */
export const defaultQueue = 'celery:queue:default';
