import { toJsonText } from '../../platform/json-text.ts';
import { type RedisConnection, script } from '../redis/connection.ts';
import { checkKey, checkLifetime, invalidValue, notACounter } from './checks.ts';
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
  return new RedisCache(connection);
}

class RedisCache implements Cache {
  private readonly connection: RedisConnection;

  constructor(connection: RedisConnection) {
    this.connection = connection;
  }

  async get(key: string): Promise<unknown> {
    checkKey(key);
    const text = await this.connection.run((client) => client.get(key), true);
    return text === null ? undefined : decode(key, text);
  }

  async set(key: string, value: unknown, lifetimeMs: number | null): Promise<void> {
    const text = encode(key, value, lifetimeMs);
    await this.connection.run(
      (client) => (lifetimeMs === null ? client.set(key, text) : client.set(key, text, 'PX', lifetimeMs)),
      true,
    );
  }

  async setIfAbsent(key: string, value: unknown, lifetimeMs: number | null): Promise<boolean> {
    const text = encode(key, value, lifetimeMs);
    const answer = await this.connection.run((client) =>
      lifetimeMs === null ? client.set(key, text, 'NX') : client.set(key, text, 'PX', lifetimeMs, 'NX'),
    );
    return answer === 'OK';
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.connection.run((client) => client.unlink(key), true);
  }

  async increment(key: string, by: number, lifetimeMs: number): Promise<number> {
    checkKey(key);
    checkLifetime(key, lifetimeMs);
    if (!Number.isSafeInteger(by)) throw notACounter(key, `${by} is no whole number`);
    const sum = await this.connection.runScript(addToCounter, [key], [by, lifetimeMs]);
    if (sum === null) throw notACounter(key, 'something else stands there');
    return Number(sum);
  }

  async lifetime(key: string): Promise<number | null | undefined> {
    checkKey(key);
    const left = await this.connection.run((client) => client.pttl(key), true);
    if (left === -2) return undefined;
    return left === -1 ? null : left;
  }

  async sweep(): Promise<number> {
    return 0;
  }
}

function encode(key: string, value: unknown, lifetimeMs: number | null): string {
  checkKey(key);
  checkLifetime(key, lifetimeMs);
  if (key.startsWith(plainPrefix)) {
    if (typeof value === 'string' && value.isWellFormed()) return value;
    throw invalidValue(key, '', 'a text stands here');
  }
  const json = toJsonText(value);
  if ('fault' in json) throw invalidValue(key, json.fault.field, json.fault.reason);
  return json.text;
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
