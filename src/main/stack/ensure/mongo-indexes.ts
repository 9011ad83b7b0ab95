import type { EnsureStep } from '../ports.ts';
import { describeChanges } from './describe-changes.ts';

/** Collections, validators and indexes as declared. */
export const mongoIndexes: EnsureStep = {
  name: 'mongo-indexes',
  service: 'mongo',
  run: async ({ mongo }) => {
    if (!mongo) return 'no MongoDB here';
    const { ensureMongoCollections } = await import('../../stores/documents/mongo/ensure.ts');
    const { made, fixed, unchanged } = await ensureMongoCollections(mongo);
    return describeChanges({ made, fixed, otherwise: `${unchanged} as declared` });
  },
};
