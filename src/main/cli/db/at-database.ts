import { Option } from 'commander';
import { SchemaService } from '../../postgres/schema/schema-service.ts';
import { type Command, type CommandTexts, type CommonOptions, defineCommand } from '../lib/define.ts';
import { translate } from '../lib/language.ts';

export interface DatabaseOptions {
  readonly databaseUrl?: string;
}

export type Options = DatabaseOptions & CommonOptions;

/** The schema at the URL given, else the one of the state folder, whose server is started for as long as this takes. */
export async function withSchema<T>(
  { databaseUrl }: Options,
  use: (schema: SchemaService) => Promise<T>,
  exclusive = false,
): Promise<T> {
  if (databaseUrl) return use(new SchemaService({ databaseUrl }));
  const { withEmbeddedDatabase } = await import('../embedded-database.ts');
  return withEmbeddedDatabase((url) => use(new SchemaService({ databaseUrl: url })), { exclusive });
}

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
