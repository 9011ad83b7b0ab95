import { TrainyardError } from '../../../shared/errors/error.ts';
import type { TlsOptions } from '../../platform/endpoints.ts';
import { migrationsFolder } from '../../platform/paths.ts';
import type { Target } from '../errors.ts';
import { MigrationFiles } from './migration-files.ts';
import { Migrator } from './migrator.ts';
import { SchemaService } from './schema-service.ts';

/** @throws TrainyardError POSTGRES_URL_INVALID, without the URL's text, which may hold a password */
export function readTarget(databaseUrl: string): Target {
  const invalid = (fault: string) =>
    new TrainyardError(
      'POSTGRES_URL_INVALID',
      `The database URL ${fault}`,
      'Write it as postgres://user:password@host:5432/database (special characters in the password percent-encoded).',
      { place: { field: 'databaseUrl' } },
    );
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) throw invalid('does not start with postgres://');
  const emptyHost = databaseUrl.replace(/^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)(?=[/?]|$)/, '$1localhost');
  if (!URL.canParse(emptyHost)) throw invalid('cannot be read');
  const url = new URL(emptyHost);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const port = url.port || url.searchParams.get('port') || '5432';
  const user = decodeURIComponent(url.username) || url.searchParams.get('user') || '';
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  if (database === '') throw invalid('names no database');
  return { place: host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`, database, user };
}

/**
 * The schema of the database at a URL; no engine is needed. Nothing is connected until a method is called, and nothing stays
 * connected after. @throws TrainyardError POSTGRES_URL_INVALID
 */
export function createSchemaService(options: {
  readonly databaseUrl: string;
  readonly tls?: TlsOptions | null;
  /** Default: the program's own migrations. */
  readonly folder?: string;
}): SchemaService {
  const target = readTarget(options.databaseUrl);
  const files = new MigrationFiles(options.folder ?? migrationsFolder());
  return new SchemaService(
    files,
    new Migrator({ url: options.databaseUrl, tls: options.tls ?? null }, target, files),
  );
}
