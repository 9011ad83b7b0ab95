/** The way to workers of other programs, as `resources/workers/celery`. */
export interface WorkerLink {
  /** Whether one that does the jobs is connected now. */
  present(): Promise<boolean>;
  /** Answers what workers ask until it is disposed. @param answer never rejects */
  serve(answer: (call: unknown) => Promise<unknown>): AsyncDisposable;
}
export interface QueueMessage {
  /** Given by the sender, 1 to 255 printable characters; the same id again is the same message. */
  readonly id: string;
  /** JSON. */
  readonly body: unknown;
}

/**
 * A message held until its visibility time is over. After that somebody else may hold it: `acknowledge` and `release` then do nothing
 * and answer false.
 */
export interface ReceivedMessage extends QueueMessage {
  /** How often it was received, this time included. */
  readonly deliveries: number;
  /** Done: it goes for good. Answers whether it was still held. */
  acknowledge(): Promise<boolean>;
  /** Not done: it is there again at once, in its old place. Answers whether it was still held. */
  release(): Promise<boolean>;
}

/**
 * A durable list of messages, first in, first out. A message received and not acknowledged in time is there again: at least once.
 * Names of queues are 1 to 255 printable ASCII characters. @throws TrainyardError QUEUE_MESSAGE_INVALID
 */
export interface Queue {
  /** Resolves once the message would survive a power cut. The same id twice is kept once while it is queued, as it was first sent. */
  send(queue: string, message: QueueMessage): Promise<void>;
  /** Takes the oldest message for `visibilityMs`; null where none is there. Two receivers never hold the same one. */
  receive(queue: string, visibilityMs: number): Promise<ReceivedMessage | null>;
  /** Waits until a message may be there, or the time is over, or the queue's connection is closed. */
  wait(queue: string, timeoutMs: number): Promise<void>;
  /** Messages queued, those being worked on included. */
  length(queue: string): Promise<number>;
}

/** The queue of asynchronous jobs; a Celery worker reads the same one. */
export const defaultQueue = 'celery:queue:default';
