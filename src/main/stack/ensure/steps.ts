import type { EnsureStep } from '../ports.ts';
import { buckets } from './buckets.ts';
import { migrations } from './migrations.ts';
import { mongoIndexes } from './mongo-indexes.ts';
import { redisSettings } from './redis-settings.ts';
import { temporalNamespace } from './temporal-namespace.ts';

/** What makes started services what the product needs; each is harmless when repeated, and quick where nothing is to be done. */
export const ensureSteps: readonly EnsureStep[] = [
  migrations,
  mongoIndexes,
  redisSettings,
  buckets,
  temporalNamespace,
];
