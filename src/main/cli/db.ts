import { Option } from 'commander';
import { type SchemaChange, SchemaService, type SchemaState } from '../postgres/schema/schema-service.ts';
import { type Command, type CommonOptions, defineCommand } from './lib/define.ts';
import { formatTime } from './lib/format.ts';
import { translate } from './lib/language.ts';
import { facts, remark, table, writeResult } from './lib/output.ts';

interface DatabaseOptions {
  readonly databaseUrl?: string;
}

type Options = DatabaseOptions & CommonOptions;

/** The schema at the URL given, else the one of the state folder, whose server is started for as long as this takes. */
async function withSchema<T>(
  { databaseUrl }: Options,
  use: (schema: SchemaService) => Promise<T>,
  exclusive = false,
): Promise<T> {
  if (databaseUrl) return use(new SchemaService({ databaseUrl }));
  const { withEmbeddedDatabase } = await import('./embedded-database.ts');
  return withEmbeddedDatabase((url) => use(new SchemaService({ databaseUrl: url })), { exclusive });
}

function warn(state: SchemaState): void {
  for (const revision of state.edited)
    remark(
      `Revision ${revision} was edited after it was applied.`,
      `${revision} 리비전은 적용된 뒤에 바뀌었습니다.`,
    );
  for (const difference of state.drift) remark(difference);
}

function describeChange({ done, revision }: SchemaChange): string {
  const now = revision ?? 'base';
  if (done.length === 0)
    return translate(
      `Nothing to do: the database is at ${now}.`,
      `할 일이 없습니다. 데이터베이스는 ${now}입니다.`,
    );
  return translate(
    `Went through ${done.join(', ')}; the database is at ${now}.`,
    `거친 리비전: ${done.join(', ')}. 데이터베이스는 ${now}입니다.`,
  );
}

function describeState({ revision, head, pending }: SchemaState): string {
  return facts([
    [
      translate('Revision', '리비전'),
      revision ?? translate('none (empty database)', '없음(빈 데이터베이스)'),
    ],
    [translate('Head', '최신'), head],
    [translate('Pending', '남은 것'), pending.join(', ') || '–'],
  ]);
}

async function print<State extends SchemaState>(
  state: State,
  options: Options,
  describe: (state: State) => string,
): Promise<undefined> {
  if (!options.json) warn(state);
  return writeResult(options, state, () => describe(state));
}

/** A command that works on any database. */
function defineAtDatabase(group: Command, definition: Parameters<typeof defineCommand>[1]): Command {
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

const changeShape = '{"revision", "head", "done": […], "pending", "edited", "drift"}';

export function defineDatabase(group: Command): void {
  defineAtDatabase(group, {
    usage: 'upgrade [revision]',
    english: 'go up to a revision (head, 0003, +1)',
    korean: '리비전까지 올립니다(head, 0003, +1)',
    examples: ['db upgrade', 'db upgrade head --database-url postgres://admin@localhost/vision_platform'],
    json: changeShape,
  }).perform<DatabaseOptions>(async (options, target = 'head') =>
    print(await withSchema(options, (schema) => schema.upgrade(target)), options, describeChange),
  );

  defineAtDatabase(group, {
    usage: 'downgrade [revision]',
    english: 'go back to a revision (base: nothing of ours is left; 0003; -1). Data of what goes is lost',
    korean: '리비전까지 내립니다(base: 모두 제거, 0003, -1). 없어지는 것의 데이터는 사라집니다',
    examples: [
      'db downgrade',
      'db downgrade base --database-url postgres://admin@localhost/vision_platform',
      'db downgrade -2',
    ],
    json: changeShape,
  }).perform<DatabaseOptions>(async (options, target = '-1') =>
    print(await withSchema(options, (schema) => schema.downgrade(target), true), options, describeChange),
  );

  defineAtDatabase(group, {
    usage: 'current',
    english: 'show which revision the database has',
    korean: '데이터베이스의 리비전을 보여 줍니다',
    examples: ['db current', 'db current --json'],
    json: '{"revision", "head", "pending", "edited", "drift"}',
  }).perform<DatabaseOptions>(async (options) =>
    print(await withSchema(options, (schema) => schema.current()), options, describeState),
  );

  defineAtDatabase(group, {
    usage: 'history',
    english: 'list all revisions and when each was applied',
    korean: '모든 리비전과 적용된 때를 나열합니다',
    examples: ['db history', 'db history --json'],
    json: '{"revisions": [{"revision", "name", "appliedAt", "checksum", "edited"}]}',
  }).perform<DatabaseOptions>(async (options) => {
    const answer = await withSchema(options, (schema) => schema.history());
    const edited = translate(' (edited since)', ' (그 뒤 바뀜)');
    return writeResult(options, answer, () =>
      table(answer.revisions, [
        [translate('REVISION', '리비전'), ({ revision }) => revision],
        [translate('APPLIED', '적용된 때'), ({ appliedAt }) => formatTime(appliedAt)],
        [translate('NAME', '이름'), (entry) => `${entry.name}${entry.edited ? edited : ''}`],
      ]),
    );
  });

  defineCommand(group, {
    usage: 'revision <message...>',
    english: 'make the file of a new revision, with an empty up and down',
    korean: '빈 up과 down이 든 새 리비전 파일을 만듭니다',
    examples: ['db revision "add labels to runs"'],
    json: '{"revision", "path"}',
  }).perform(async (options, ...words) => {
    // Only the folder of files is touched: nothing connects to this address.
    const schema = new SchemaService({ databaseUrl: 'postgres://localhost/none' });
    const made = await schema.revision(words.join(' '));
    return writeResult(options, made, () => made.path);
  });
}
