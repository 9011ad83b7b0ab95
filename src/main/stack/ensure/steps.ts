import { fault } from '../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../shared/errors/entry.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import type { ServerEndpoint } from '../../platform/endpoints.ts';
import type { StepDetail } from '../../platform/progress.ts';
import type { StackEndpoints } from '../addresses.ts';
import { redisClient } from './redis-client.ts';
import { ensureTemporalNamespace } from './temporal-namespace.ts';

/** One step that makes a started service what the product needs: safe to repeat, and quick where nothing is to be done. */
export interface EnsureStep {
  readonly name: string;
  readonly service: ServiceName;
  /** Returns what it saw or did in a few words. @throws TrainyardError */
  run(endpoints: StackEndpoints): Promise<StepDetail>;
}

interface Changes {
  readonly made: readonly string[];
  readonly fixed: readonly StepDetail[];
  readonly unchecked?: readonly StepDetail[];
}

/** `made a, b; fixed c`; `otherwise` where nothing was done. */
function describeChanges({ made, fixed, unchecked = [] }: Changes, otherwise: Bilingual): Bilingual {
  const describe = (
    language: keyof Bilingual,
    madeWord: string,
    fixedWord: string,
    uncheckedWord: string,
  ) => {
    const listed = (word: string, names: readonly StepDetail[]) => {
      const words = names.map((name) => (typeof name === 'string' ? name : name[language]));
      return words.length > 0 ? [`${word} ${words.join(', ')}`] : [];
    };
    const done = [...listed(madeWord, made), ...listed(fixedWord, fixed)];
    const parts = done.length > 0 ? done : [otherwise[language]];
    return [...parts, ...listed(uncheckedWord, unchecked)].join('; ');
  };
  return {
    en: describe('en', 'made', 'fixed', 'not checked, as the server has no call for it:'),
    ko: describe('ko', '만듦:', '고침:', '확인하지 못함(서버에 해당 기능이 없음):'),
  };
}

/** What keeps Redis's data over a restart and a crash. */
const persistence: Readonly<Record<string, string>> = { appendonly: 'yes', save: '900 1 300 10' };

/** Persistence, verified by asking the server for what it works with. */
async function ensureRedisSettings(redis: ServerEndpoint): Promise<StepDetail> {
  const [{ client, place }, { asRedisError }] = await Promise.all([
    redisClient(redis),
    import('../../stores/redis/errors.ts'),
  ]);
  const read = async (name: string) => {
    const answer = await client.config('GET', name);
    return Array.isArray(answer) ? String(answer[1] ?? '') : '';
  };
  const fixed: Bilingual[] = [];
  try {
    await client.connect();
    for (const [name, value] of Object.entries(persistence)) {
      const found = await read(name);
      if (found === value) continue;
      await client.config('SET', name, value);
      const now = await read(name);
      if (now !== value)
        throw fault('REDIS_SETTINGS_REFUSED', { place, found: now, setting: name, wanted: value });
      const change = { name, was: JSON.stringify(found), is: JSON.stringify(value) };
      fixed.push(phrase('{name} (was {was}, is {is})', '{name}({was} → {is})', change));
    }
  } catch (error) {
    throw asRedisError(error, place);
  } finally {
    client.disconnect();
  }
  if (fixed.length > 0)
    return {
      en: `fixed ${fixed.map(({ en }) => en).join(', ')}`,
      ko: `고침: ${fixed.map(({ ko }) => ko).join(', ')}`,
    };
  return Object.entries(persistence)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

export const ensureSteps: readonly EnsureStep[] = [
  {
    // The schema at its newest revision; revisions that change data are left to whoever makes a snapshot before.
    name: 'migrations',
    service: 'postgres',
    run: async ({ postgres }) => {
      const { SchemaService } = await import('../../postgres/schema/schema-service.ts');
      const schema = new SchemaService({ databaseUrl: postgres.url, tls: postgres.tls });
      const change = await schema.dataChangeAhead();
      if (change)
        return {
          en: `at ${change.from}; the engine goes on, with a snapshot made first`,
          ko: `리비전 ${change.from}. 나머지는 엔진이 스냅숏을 만든 뒤 적용합니다`,
        };
      const { revision, done } = await schema.upgrade('head');
      if (done.length === 0) return { en: `at ${revision}`, ko: `리비전 ${revision}` };
      return { en: `applied ${done.join(', ')}`, ko: `적용: ${done.join(', ')}` };
    },
  },
  {
    // Collections, validators and indexes as declared.
    name: 'mongo-indexes',
    service: 'mongo',
    run: async ({ mongo }) => {
      const { ensureMongoCollections } = await import('../../stores/documents/mongo/ensure.ts');
      const { unchanged, ...changes } = await ensureMongoCollections(mongo);
      return describeChanges(changes, { en: `${unchanged} as declared`, ko: `선언과 같음: ${unchanged}개` });
    },
  },
  {
    name: 'redis-settings',
    service: 'redis',
    run: ({ redis }) => ensureRedisSettings(redis),
  },
  {
    // Private and without versions.
    name: 'buckets',
    service: 's3',
    run: async ({ s3 }) => {
      const { ensureS3Buckets } = await import('../../stores/objects/s3/ensure-buckets.ts');
      return describeChanges(await ensureS3Buckets(s3), { en: 'as configured', ko: '설정대로임' });
    },
  },
  {
    name: 'temporal-namespace',
    service: 'temporal',
    run: ({ temporal }) => ensureTemporalNamespace(temporal),
  },
];
