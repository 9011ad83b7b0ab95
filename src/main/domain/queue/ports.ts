export interface QueueMessage {
  /** Given by the sender; the same id again is the same message. */
  readonly id: string;
  readonly body: unknown;
}

export interface ReceivedMessage extends QueueMessage {
  /** How often it was received, this time included. */
  readonly deliveries: number;
  /** Done: it goes for good. */
  acknowledge(): Promise<void>;
  /** Not done: it is there again at once. */
  release(): Promise<void>;
}

/** A durable list of messages, first in, first out. A message received and not acknowledged in time is there again: at least once. */
export interface Queue {
  /** Resolves once the message would survive a power cut. The same id twice is kept once while it is queued. */
  send(queue: string, message: QueueMessage): Promise<void>;
  /** Takes the oldest message for `visibilityMs`; null where none is there. Two receivers never hold the same one. */
  receive(queue: string, visibilityMs: number): Promise<ReceivedMessage | null>;
  /** Waits until a message may be there, or the time is over. */
  wait(queue: string, timeoutMs: number): Promise<void>;
  /** Messages queued, those being worked on included. */
  length(queue: string): Promise<number>;
}
