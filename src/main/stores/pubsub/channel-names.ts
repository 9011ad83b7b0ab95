import { createHash } from 'node:crypto';

const hashed = 'sha256:';

/** UTF-16: distinct for lone surrogates too, which UTF-8 would make equal. */
const hashOf = (channel: string) =>
  hashed + createHash('sha256').update(Buffer.from(channel, 'utf16le')).digest('hex');

/**
 * The name that PostgreSQL knows a channel by: identifiers have at most 63 bytes. Ordinary names stay as they are, so that
 * `LISTEN "workflow:…:updates"` works by hand; any other becomes its hash.
 */
export function postgresChannel(channel: string): string {
  if (/^[A-Za-z0-9_:.-]{1,63}$/.test(channel) && !channel.startsWith(hashed)) return channel;
  return hashOf(channel).slice(0, 63);
}

/** A channel as Redis knows it: its name, or its hash where UTF-8 cannot say the name. */
export function redisChannel(channel: string): string {
  return channel.isWellFormed() && !channel.startsWith(hashed) ? channel : hashOf(channel);
}
