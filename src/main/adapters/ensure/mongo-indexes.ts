import type { EnsureStep } from '../../domain/stack/ports.ts';
import { describeChanges } from './describe-changes.ts';

/** Collections, validators and indexes as declared. */
export const mongoIndexes: EnsureStep = {
  name: 'mongo-indexes',
  service: 'mongo',
  run: async ({ mongo }) => {
    if (!mongo) return 'no MongoDB here';
    const { ensureMongoCollections } = await import('../mongo/ensure.ts');
    const { made, mended, unchanged } = await ensureMongoCollections(mongo);
    return describeChanges({ made, mended, otherwise: `${unchanged} as declared` });
  },
};
