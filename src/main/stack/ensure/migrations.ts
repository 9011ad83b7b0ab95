import type { EnsureStep } from '../ports.ts';

/** The schema at its newest revision. */
export const migrations: EnsureStep = {
  name: 'migrations',
  service: 'postgres',
  run: async ({ postgres }) => {
    const { SchemaService } = await import('../../postgres/schema/schema-service.ts');
    const schema = new SchemaService({ databaseUrl: postgres.url, tls: postgres.tls });
    const { revision, done } = await schema.upgrade('head');
    return done.length === 0 ? `at ${revision}` : `applied ${done.join(', ')}`;
  },
};
