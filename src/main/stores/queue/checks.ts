import { fault } from '../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../shared/errors/error.ts';
import { toJsonText } from '../../platform/json-text.ts';
import type { QueueMessage } from './ports.ts';

/** A day short of the longest timer that JavaScript has. */
const longestMs = 23 * 24 * 60 * 60 * 1000;

/** @throws TrainyardError QUEUE_MESSAGE_INVALID */
export function checkQueue(queue: string): void {
  if (!/^[\x21-\x7e]{1,255}$/.test(queue)) {
    throw invalidMessage(`${JSON.stringify(queue.slice(0, 100))} is no queue's name`);
  }
}

/** The JSON text of a message that is to be sent. @throws TrainyardError QUEUE_MESSAGE_INVALID */
export function messageText(queue: string, { id, body }: QueueMessage): string {
  checkQueue(queue);
  if (!/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(id)) {
    throw invalidMessage(`${JSON.stringify(id.slice(0, 100))} is no message's id`);
  }
  const json = toJsonText(body);
  if ('fault' in json) throw invalidMessage(`the body of ${id}: ${json.fault.field} ${json.fault.reason}`);
  return json.text;
}

/** @throws TrainyardError QUEUE_MESSAGE_INVALID */
export function checkDuration(queue: string, name: string, milliseconds: number): void {
  checkQueue(queue);
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 0 || milliseconds > longestMs) {
    throw invalidMessage(`${name} of ${milliseconds} milliseconds is none from 0 to 23 days`);
  }
}

function invalidMessage(reason: string): TrainyardError {
  return fault('QUEUE_MESSAGE_INVALID', { reason });
}
