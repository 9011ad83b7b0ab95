import { fault } from '../../../shared/errors/catalogue.ts';
import type { TlsOptions } from '../../platform/endpoints.ts';
import { migrationsFolder } from '../../platform/paths.ts';
import type { Target } from '../errors.ts';
import { MigrationFiles } from './migration-files.ts';
import { Migrator } from './migrator.ts';
import { SchemaService } from './schema-service.ts';

/** @throws TrainyardError POSTGRES_URL_INVALID, without the URL's text, which may hold a password */
export function readTarget(databaseUrl: string): Target {
  const invalid = (en: string, ko: string) => fault('POSTGRES_URL_INVALID', { fault: { en, ko } });
  if (!/^postgres(ql)?:\/\//.test(databaseUrl))
    throw invalid('does not start with postgres://', 'postgres://로 시작하지 않습니다');
  const emptyHost = databaseUrl.replace(/^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)(?=[/?]|$)/, '$1localhost');
  if (!URL.canParse(emptyHost)) throw invalid('cannot be read', '읽을 수 없습니다');
  const url = new URL(emptyHost);
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const port = url.port || url.searchParams.get('port') || '5432';
  const user = decodeURIComponent(url.username) || url.searchParams.get('user') || '';
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  if (database === '') throw invalid('names no database', '데이터베이스 이름이 없습니다');
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
