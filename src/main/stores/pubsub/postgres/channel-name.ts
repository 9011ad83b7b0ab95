import { createHash } from 'node:crypto';

const hashed = 'sha256:';

/**
 * The name that PostgreSQL knows a channel by: identifiers have at most 63 bytes. Ordinary names stay as they are, so that
 * `LISTEN "workflow:…:updates"` works by hand; any other becomes its hash.
 */
export function postgresChannel(channel: string): string {
  if (/^[A-Za-z0-9_:.-]{1,63}$/.test(channel) && !channel.startsWith(hashed)) return channel;
  // UTF-16: distinct for lone surrogates too, which UTF-8 would make equal.
  return hashed + createHash('sha256').update(Buffer.from(channel, 'utf16le')).digest('hex').slice(0, 56);
}
