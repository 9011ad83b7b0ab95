import { type RedisConnection, script } from '../redis/connection.ts';
import { checkAddend, checkKey, entryText, invalidValue, notACounter } from './checks.ts';
import type { Cache } from './ports.ts';

/** Under this prefix the data model has a bare `1` where every other value is JSON. */
const plainPrefix = 'jwt:blacklist:';

/** The sum in one step with the new counter's lifetime. INCRBY leaves the lifetime as it is. */
const addToCounter = script(`
  local kind = redis.call('TYPE', KEYS[1])['ok']
  if kind == 'none' then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return ARGV[1]
  end
  if kind ~= 'string' then return false end
  local value = redis.call('GET', KEYS[1])
  if #value > 17 or not string.match(value, '^%-?%d+$') then return false end
  redis.call('INCRBY', KEYS[1], ARGV[1])
  return redis.call('GET', KEYS[1])`);

/** The cache on Redis: strings of JSON, each with its lifetime. The server frees what has expired. */
export function createCache(connection: RedisConnection): Cache {
  return {
    get: async (key) => {
      checkKey(key);
      const text = await connection.run((client) => client.get(key), true);
      return text === null ? undefined : decode(key, text);
    },
    set: async (key, value, lifetimeMs) => {
      const text = encode(key, value, lifetimeMs);
      await connection.run(
        (client) => (lifetimeMs === null ? client.set(key, text) : client.set(key, text, 'PX', lifetimeMs)),
        true,
      );
    },
    setIfAbsent: async (key, value, lifetimeMs) => {
      const text = encode(key, value, lifetimeMs);
      const answer = await connection.run((client) =>
        lifetimeMs === null ? client.set(key, text, 'NX') : client.set(key, text, 'PX', lifetimeMs, 'NX'),
      );
      return answer === 'OK';
    },
    remove: async (key) => {
      checkKey(key);
      await connection.run((client) => client.unlink(key), true);
    },
    increment: async (key, by, lifetimeMs) => {
      checkAddend(key, by, lifetimeMs);
      const sum = await connection.runScript(addToCounter, [key], [by, lifetimeMs]);
      if (sum === null) throw notACounter(key);
      return Number(sum);
    },
    lifetime: async (key) => {
      checkKey(key);
      const left = await connection.run((client) => client.pttl(key), true);
      if (left === -2) return undefined;
      return left === -1 ? null : left;
    },
    sweep: async () => 0,
  };
}

function encode(key: string, value: unknown, lifetimeMs: number | null): string {
  const text = entryText(key, value, lifetimeMs);
  if (!key.startsWith(plainPrefix)) return text;
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw invalidValue(key, '', 'a text stands here');
}

/** What another program left there and is no JSON comes back as its text. */
function decode(key: string, text: string): unknown {
  if (key.startsWith(plainPrefix)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
