import { createHash } from 'node:crypto';

const hashed = 'sha256:';

/** A channel as Redis knows it: its name, or its hash where UTF-8 cannot say the name. */
export function redisChannel(channel: string): string {
  if (channel.isWellFormed() && !channel.startsWith(hashed)) return channel;
  return hashed + createHash('sha256').update(Buffer.from(channel, 'utf16le')).digest('hex');
}
