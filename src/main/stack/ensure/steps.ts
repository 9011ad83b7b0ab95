import { fault } from '../../../shared/errors/catalogue.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import type { ServerEndpoint } from '../../platform/endpoints.ts';
import type { StepDetail } from '../../platform/progress.ts';
import type { StackEndpoints } from '../addresses.ts';
import { redisClient } from '../probes/redis-client.ts';
import { ensureTemporalNamespace } from './temporal-namespace.ts';

/** One step that makes a started service what the product needs: harmless when repeated, and quick where nothing is to be done. */
export interface EnsureStep {
  readonly name: string;
  readonly service: ServiceName;
  /** Answers what it saw or did in a few words. @throws TrainyardError */
  run(endpoints: StackEndpoints): Promise<StepDetail>;
}

interface Changes {
  readonly made: readonly string[];
  readonly fixed: readonly string[];
  readonly unchecked?: readonly string[];
}

/** `made a, b; fixed c`; `otherwise` where nothing was done. */
function describeChanges({ made, fixed, unchecked = [] }: Changes, en: string, ko: string): StepDetail {
  const listed = (word: string, names: readonly string[]) =>
    names.length > 0 ? [`${word} ${names.join(', ')}`] : [];
  const done = (madeWord: string, fixedWord: string, otherwise: string) => {
    const parts = [...listed(madeWord, made), ...listed(fixedWord, fixed)];
    return parts.length > 0 ? parts : [otherwise];
  };
  return {
    en: [...done('made', 'fixed', en), ...listed('could not be looked at:', unchecked)].join('; '),
    ko: [...done('만듦:', '고침:', ko), ...listed('확인하지 못함:', unchecked)].join('; '),
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
  const fixed: (readonly [name: string, was: string, is: string])[] = [];
  try {
    await client.connect();
    for (const [name, value] of Object.entries(persistence)) {
      const found = await read(name);
      if (found === value) continue;
      await client.config('SET', name, value);
      const now = await read(name);
      if (now !== value)
        throw fault('REDIS_SETTINGS_REFUSED', { place, found: now, setting: name, wanted: value });
      fixed.push([name, JSON.stringify(found), JSON.stringify(value)]);
    }
  } catch (error) {
    throw asRedisError(error, place);
  } finally {
    client.disconnect();
  }
  if (fixed.length > 0)
    return {
      en: `fixed ${fixed.map(([name, was, is]) => `${name} (was ${was}, is ${is})`).join(', ')}`,
      ko: `고침: ${fixed.map(([name, was, is]) => `${name} (${was}에서 ${is})`).join(', ')}`,
    };
  return Object.entries(persistence)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

export const ensureSteps: readonly EnsureStep[] = [
  {
    // The schema at its newest revision.
    name: 'migrations',
    service: 'postgres',
    run: async ({ postgres }) => {
      const { SchemaService } = await import('../../postgres/schema/schema-service.ts');
      const schema = new SchemaService({ databaseUrl: postgres.url, tls: postgres.tls });
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
      return describeChanges(changes, `${unchanged} as declared`, `${unchanged}개가 선언대로임`);
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
      return describeChanges(await ensureS3Buckets(s3), 'as wanted', '설정대로임');
    },
  },
  {
    name: 'temporal-namespace',
    service: 'temporal',
    run: ({ temporal }) => ensureTemporalNamespace(temporal),
  },
];
