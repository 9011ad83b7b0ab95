import type { ServiceName } from '../../../shared/model/stack.ts';
import type { StoreEndpoints } from '../../platform/endpoints.ts';
import { ensureRedisSettings } from './redis-settings.ts';
import { ensureTemporalNamespace } from './temporal-namespace.ts';

/** One step that makes a started service what the product needs: harmless when repeated, and quick where nothing is to be done. */
export interface EnsureStep {
  readonly name: string;
  readonly service: ServiceName;
  /** Answers what it saw or did in a few words. @throws TrainyardError */
  run(endpoints: StoreEndpoints): Promise<string>;
}

/** `made a, b; fixed c`; `otherwise` where nothing was done. */
function describeChanges(changes: {
  readonly made: readonly string[];
  readonly fixed: readonly string[];
  readonly otherwise: string;
}): string {
  const { made, fixed, otherwise } = changes;
  const parts = [
    ...(made.length > 0 ? [`made ${made.join(', ')}`] : []),
    ...(fixed.length > 0 ? [`fixed ${fixed.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : otherwise;
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
      return done.length === 0 ? `at ${revision}` : `applied ${done.join(', ')}`;
    },
  },
  {
    // Collections, validators and indexes as declared.
    name: 'mongo-indexes',
    service: 'mongo',
    run: async ({ mongo }) => {
      if (!mongo) return 'no MongoDB here';
      const { ensureMongoCollections } = await import('../../stores/documents/mongo/ensure.ts');
      const { made, fixed, unchanged } = await ensureMongoCollections(mongo);
      return describeChanges({ made, fixed, otherwise: `${unchanged} as declared` });
    },
  },
  {
    name: 'redis-settings',
    service: 'redis',
    run: async ({ redis }) => (redis ? ensureRedisSettings(redis) : 'no Redis here'),
  },
  {
    // Private and without versions.
    name: 'buckets',
    service: 's3',
    run: async ({ s3 }) => {
      if (!s3) return 'no S3 here';
      const { ensureS3Buckets } = await import('../../stores/objects/s3/ensure-buckets.ts');
      const { made, fixed, unchecked } = await ensureS3Buckets(s3);
      const done = describeChanges({ made, fixed, otherwise: 'as wanted' });
      return unchecked.length === 0 ? done : `${done}; could not be looked at: ${unchecked.join(', ')}`;
    },
  },
  {
    name: 'temporal-namespace',
    service: 'temporal',
    run: async ({ temporal }) => (temporal ? ensureTemporalNamespace(temporal) : 'no Temporal here'),
  },
];
