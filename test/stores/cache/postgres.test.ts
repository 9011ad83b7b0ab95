import { createCache } from '../../../src/main/stores/cache/postgres-cache.ts';
import { sharedDatabase } from '../shared-database.ts';
import { cacheContract } from './contract.ts';

const shared = sharedDatabase();

cacheContract(
  'PostgreSQL',
  async () => {
    const pool = await shared.emptied('kv_entries');
    return { cache: createCache(pool), [Symbol.asyncDispose]: async () => {} };
  },
  { sweepsItself: false },
);
