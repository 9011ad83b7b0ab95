import type { EnsureStep } from '../ports.ts';
import { describeChanges } from './describe-changes.ts';

/** The buckets, private and without versions. */
export const buckets: EnsureStep = {
  name: 'buckets',
  service: 's3',
  run: async ({ s3 }) => {
    if (!s3) return 'no S3 here';
    const { ensureS3Buckets } = await import('../../stores/objects/s3/ensure-buckets.ts');
    const { made, fixed, unchecked } = await ensureS3Buckets(s3);
    const done = describeChanges({ made, fixed, otherwise: 'as wanted' });
    return unchecked.length === 0 ? done : `${done}; could not be looked at: ${unchecked.join(', ')}`;
  },
};
