import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';

/** A day short of the longest timer that JavaScript has. */
const longestMs = 23 * 24 * 60 * 60 * 1000;

/** @throws TrainyardError QUEUE_MESSAGE_INVALID */
export function checkQueue(queue: string): void {
  if (!/^[\x21-\x7e]{1,255}$/.test(queue)) {
    throw invalidMessage(`${JSON.stringify(queue.slice(0, 100))} is no queue's name`);
  }
}

/** @throws TrainyardError QUEUE_MESSAGE_INVALID */
export function checkMessageId(id: string): void {
  if (!/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(id)) {
    throw invalidMessage(`${JSON.stringify(id.slice(0, 100))} is no message's id`);
  }
}

/** @throws TrainyardError QUEUE_MESSAGE_INVALID */
export function checkDuration(name: string, milliseconds: number): void {
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 0 || milliseconds > longestMs) {
    throw invalidMessage(`${name} of ${milliseconds} milliseconds is none from 0 to 23 days`);
  }
}

/** The error for whatever a queue does not take. */
export function invalidMessage(reason: string): TrainyardError {
  return fault('QUEUE_MESSAGE_INVALID', { reason });
}
