import type { RedisConnection } from './connection.ts';

/** A key with its value in Redis's own form (DUMP), which RESTORE takes, and its end in milliseconds since 1970; null: none. */
export interface DumpedKey {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly expiresAt: number | null;
}

/** Everything of a Redis database, whatever wrote it. */
export interface RedisKeys {
  /** By pages. A key that is changed meanwhile comes as it was before or after; one that is there all the time comes. */
  dump(): AsyncIterable<readonly DumpedKey[]>;
  /** Puts keys in place of those with their names; ones whose end has come are left out. */
  restore(keys: readonly DumpedKey[]): Promise<void>;
  count(): Promise<number>;
}

const pageSize = 500;

export function createKeys(connection: RedisConnection): RedisKeys {
  return {
    async *dump() {
      // A scan may show a key twice: what came already is left out.
      const seen = new Set<string>();
      let cursor = '0';
      do {
        const [next, found] = await connection.run((client) => client.scanBuffer(cursor, 'COUNT', pageSize));
        cursor = next.toString();
        const keys = found.filter((key) => {
          const name = key.toString('latin1');
          if (seen.has(name)) return false;
          seen.add(name);
          return true;
        });
        const page = await connection.run((client) =>
          Promise.all(
            keys.map(async (key) => {
              const [value, end] = await Promise.all([client.dumpBuffer(key), client.pexpiretime(key)]);
              return value && end !== -2 ? { key, value, expiresAt: end === -1 ? null : end } : null;
            }),
          ),
        );
        yield page.filter((one) => one !== null);
      } while (cursor !== '0');
    },
    async restore(keys) {
      const living = keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > Date.now());
      await connection.run((client) =>
        Promise.all(
          living.map(({ key, value, expiresAt }) =>
            client.restore(key, expiresAt ?? 0, value, 'REPLACE', 'ABSTTL'),
          ),
        ),
      );
    },
    count: () => connection.run((client) => client.dbsize()),
  };
}
