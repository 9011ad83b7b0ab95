import type { RedisConnection } from '../redis/connection.ts';
import { type Cache, checkKey, entryText } from './ports.ts';

/** The cache on Redis: strings of JSON, each with its lifetime. The server frees what has expired. */
export function createCache(connection: RedisConnection): Cache {
  return {
    get: async (key) => {
      checkKey(key);
      const text = await connection.run((client) => client.get(key), true);
      return text === null ? undefined : parsed(text);
    },
    set: async (key, value, lifetimeMs) => {
      const text = entryText(key, value, lifetimeMs);
      await connection.run((client) => client.set(key, text, 'PX', lifetimeMs), true);
    },
    sweep: async () => 0,
  };
}

/** What another program left there and is no JSON comes back as its text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
