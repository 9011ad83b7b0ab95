import { Option } from 'commander';
import { fault } from '../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ServerEndpoint } from '../../platform/endpoints.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import { SchemaService } from '../../postgres/schema/schema-service.ts';
import { type Command, type CommandTexts, type CommonOptions, defineCommand } from '../lib/define.ts';
import { translate } from '../lib/language.ts';
import { profileServers } from '../lib/profile-servers.ts';

export interface DatabaseOptions {
  readonly databaseUrl?: string;
}

export type Options = DatabaseOptions & CommonOptions;

/** A database, and what stands beside it. */
export interface AtDatabase {
  readonly schema: SchemaService;
  /** Where the state folder's documents are; null where they are in PostgreSQL, or nobody knows. */
  readonly mongo: ServerEndpoint | null;
}

/**
 * The database at the URL given, else the one of the state folder's profile: an embedded one is started for as long as this takes where no
 * engine runs.
 */
export async function withDatabase<T>(
  { databaseUrl }: Options,
  use: (database: AtDatabase) => Promise<T>,
): Promise<T> {
  if (databaseUrl) return use({ schema: new SchemaService({ databaseUrl }), mongo: null });
  const home = openHome(homeFolder());
  const { profileInUse } = await import('../lib/profile-in-use.ts');
  const profile = await profileInUse(home);
  if (profile === 'embedded') {
    const { withEmbeddedDatabase } = await import('../embedded-database.ts');
    return withEmbeddedDatabase((url) =>
      use({ schema: new SchemaService({ databaseUrl: url }), mongo: null }),
    );
  }
  await using stack = new AsyncDisposableStack();
  const { postgres, mongo } = await profileServers(home, profile, stack);
  const schema = new SchemaService({ databaseUrl: postgres.url, tls: postgres.tls });
  return await whereServed(profile, () => use({ schema, mongo: mongo ?? null }));
}

/** The servers of a stack are away for one reason as a rule. */
export async function whereServed<T>(profile: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (profile !== 'docker' || !(error instanceof TrainyardError) || error.code !== 'POSTGRES_UNREACHABLE')
      throw error;
    throw fault(
      'STORES_NOT_READY',
      {
        profile,
        state: { en: 'do not answer', ko: '가 응답하지 않습니다' },
        remedy: {
          en: 'Start the stack: trainyard stack up.',
          ko: '스택을 시작하세요: trainyard stack up',
        },
      },
      { cause: error },
    );
  }
}

/** Whether a running engine serves the state folder. */
export const runningEngine = () => findEngine(openHome(homeFolder()));

/** A command that works on any database. */
export function defineAtDatabase(group: Command, definition: CommandTexts): Command {
  return defineCommand(group, definition).addOption(
    new Option(
      '--database-url <url>',
      translate(
        "any server, as postgres://…; left out: the state folder's own database",
        '원하는 서버의 주소(postgres://…). 생략하면 상태 폴더의 데이터베이스',
      ),
    ).env('TRAINYARD_DATABASE_URL'),
  );
}
