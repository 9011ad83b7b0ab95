import { createSchemaService } from '../../postgres/schema/create-schema-service.ts';
import type { SchemaChange, SchemaService, SchemaState } from '../../postgres/schema/schema-service.ts';
import type { CommonOptions } from '../define.ts';
import { formatTime } from '../format.ts';
import { translate } from '../language.ts';
import { facts, remark, table, writeJson, writeLine } from '../output.ts';

export interface DatabaseOptions {
  readonly databaseUrl?: string;
}

type Options = DatabaseOptions & CommonOptions;

/** The schema at the URL given, else the one of the state folder, whose server is started for as long as this takes. */
async function withSchema<T>(
  options: Options,
  use: (schema: SchemaService) => Promise<T>,
  exclusive = false,
): Promise<T> {
  if (options.databaseUrl) return use(createSchemaService({ databaseUrl: options.databaseUrl }));
  const { withEmbeddedDatabase } = await import('../embedded-database.ts');
  return withEmbeddedDatabase((databaseUrl) => use(createSchemaService({ databaseUrl })), { exclusive });
}

function warn(state: SchemaState): void {
  for (const revision of state.edited) {
    remark(
      translate(
        `Revision ${revision} was edited after it was applied.`,
        `리비전 ${revision}은(는) 적용된 뒤에 바뀌었습니다.`,
      ),
    );
  }
  for (const difference of state.drift) remark(difference);
}

async function printChange(change: SchemaChange, options: Options): Promise<undefined> {
  if (options.json) {
    await writeJson(change);
    return;
  }
  warn(change);
  const now = change.revision ?? 'base';
  const nothing = translate(
    `Nothing to do: the database is at ${now}.`,
    `할 일이 없습니다. 데이터베이스는 ${now}입니다.`,
  );
  const done = translate(
    `Went through ${change.done.join(', ')}; the database is at ${now}.`,
    `${change.done.join(', ')}을(를) 거쳤습니다. 데이터베이스는 ${now}입니다.`,
  );
  await writeLine(change.done.length === 0 ? nothing : done);
}

export async function upgrade(options: Options, target: string): Promise<undefined> {
  return printChange(await withSchema(options, (schema) => schema.upgrade(target)), options);
}

export async function downgrade(options: Options, target: string): Promise<undefined> {
  return printChange(await withSchema(options, (schema) => schema.downgrade(target), true), options);
}

export async function current(options: Options): Promise<undefined> {
  const state = await withSchema(options, (schema) => schema.current());
  if (options.json) {
    await writeJson(state);
    return;
  }
  warn(state);
  await writeLine(
    facts([
      [
        translate('Revision', '리비전'),
        state.revision ?? translate('none (empty database)', '없음(빈 데이터베이스)'),
      ],
      [translate('Head', '최신'), state.head],
      [translate('Pending', '남은 것'), state.pending.join(', ') || '–'],
    ]),
  );
}

export async function history(options: Options): Promise<undefined> {
  const answer = await withSchema(options, (schema) => schema.history());
  if (options.json) {
    await writeJson(answer);
    return;
  }
  const columns = [
    { title: translate('REVISION', '리비전') },
    { title: translate('APPLIED', '적용된 때') },
    { title: translate('NAME', '이름') },
  ];
  const edited = translate(' (edited since)', ' (그 뒤 바뀜)');
  const rows = answer.revisions.map((entry) => [
    entry.revision,
    formatTime(entry.appliedAt),
    `${entry.name}${entry.edited ? edited : ''}`,
  ]);
  await writeLine(table(columns, rows));
}

export async function revision(options: CommonOptions, message: string): Promise<undefined> {
  // Only the folder of files is touched: nothing connects to this address.
  const made = await createSchemaService({ databaseUrl: 'postgres://localhost/none' }).revision(message);
  if (options.json) await writeJson(made);
  else await writeLine(made.path);
}
