import type { ServiceName } from '../../../shared/model/stack.ts';
import type { StepDetail } from '../../platform/progress.ts';
import type { StackEndpoints } from '../addresses.ts';
import { ensureRedisSettings } from './redis-settings.ts';
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
