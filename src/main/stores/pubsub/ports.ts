import { fault } from '../../../shared/errors/catalogue.ts';
import { toJsonText } from '../../platform/json-text.ts';

/** The most bytes that a message's JSON text may have. */
const largestMessageBytes = 7000;

/**
 * Notifications for whoever listens now; nothing is kept. A message may be lost when a connection breaks: a reader that waits for changes
 * reads its store again when the wait is over. No listener receives a message twice; one publisher's messages on a channel arrive in
 * order.
 */
export interface PubSub {
  /**
   * Sends a message: JSON of at most 7,000 bytes. Listeners of this process have received it when this returns (not only when it
   * resolves); it resolves when the message is on its way to the others. A channel is any text of 1 to 512 characters.
   * @throws TrainyardError MESSAGE_INVALID, MESSAGE_TOO_LARGE
   */
  publish(channel: string, message: unknown): Promise<void>;
  /** Resolves once messages published from now on are delivered. Disposing ends it. @throws TrainyardError MESSAGING_UNREACHABLE */
  subscribe(channel: string, listener: (message: unknown) => void): Promise<AsyncDisposable>;
}

/** The channel of a run's updates. */
export function runChannel(runId: string): string {
  return `workflow:${runId}:updates`;
}

/** @throws TrainyardError MESSAGE_INVALID */
export function checkChannel(channel: string): void {
  if (channel.length >= 1 && channel.length <= 512) return;
  throw fault('MESSAGE_INVALID', {
    reason: `a channel's name has 1 to 512 characters, not ${channel.length}`,
  });
}

/** A message as the JSON text that travels. @throws TrainyardError MESSAGE_INVALID, MESSAGE_TOO_LARGE */
export function messageText(channel: string, message: unknown): string {
  checkChannel(channel);
  const json = toJsonText(message);
  if ('fault' in json)
    throw fault('MESSAGE_INVALID', { reason: `${json.fault.field} ${json.fault.reason}`.trim() });
  const bytes = new TextEncoder().encode(json.text).length;
  if (bytes <= largestMessageBytes) return json.text;
  throw fault('MESSAGE_TOO_LARGE', { bytes, channel, most: largestMessageBytes });
}
