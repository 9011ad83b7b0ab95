import type { ServiceName } from '../../../shared/model/stack.ts';

/** Products call themselves the same in every language. */
export const serviceLabels: Readonly<Record<ServiceName, string>> = {
  postgres: 'PostgreSQL',
  mongo: 'MongoDB',
  redis: 'Redis',
  s3: 'MinIO',
  temporal: 'Temporal',
};
