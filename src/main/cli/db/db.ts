import { InvalidArgumentError, Option } from 'commander';
import { SchemaService, type SchemaState } from '../../postgres/schema/schema-service.ts';
import type { Command } from '../lib/define.ts';
import { formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, remark, table, writeResult } from '../lib/output.ts';
import { type DatabaseOptions, defineAtDatabase, type Options, withDatabase } from './at-database.ts';
import { type ChangeOptions, changeSchema } from './change-schema.ts';
import { defineCheck } from './check.ts';
import { definePartitions } from './partitions.ts';

function warn(state: SchemaState): void {
  for (const revision of state.edited)
    remark(
      `Revision ${revision} was edited after it was applied.`,
      `${revision} 리비전은 적용된 뒤에 바뀌었습니다.`,
    );
  for (const difference of state.drift) remark(difference);
}

function describeChange({ done, revision, snapshot }: Awaited<ReturnType<typeof changeSchema>>): string {
  const now = revision ?? 'base';
  if (done.length === 0)
    return translate(
      `Nothing to do: the database is at ${now}.`,
      `할 일이 없습니다. 데이터베이스는 ${now}입니다.`,
    );
  const went = translate(
    `Went through ${done.join(', ')}; the database is at ${now}.`,
    `거친 리비전: ${done.join(', ')}. 데이터베이스는 ${now}입니다.`,
  );
  if (snapshot === null) return went;
  return `${went}\n${translate(`Snapshot made before: ${snapshot}`, `그 전에 만든 스냅숏: ${snapshot}`)}`;
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

const changeShape = '{"revision", "head", "done": […], "snapshot", "pending", "edited", "drift"}';

/** A command that may change data. */
const defineChange = (...definition: Parameters<typeof defineAtDatabase>) =>
  defineAtDatabase(...definition)
    .flag(
      '--no-snapshot',
      'make no snapshot of the stores before revisions that change data',
      '데이터를 바꾸는 리비전 전에 스냅숏을 만들지 않습니다',
    )
    .addOption(
      new Option(
        '--statement-timeout <time>',
        translate(
          'how long one statement may take (30min, 12h; left out: 2h)',
          '문장 하나의 제한 시간(30min, 12h, 생략하면 2h)',
        ),
      ).argParser(readTimeout),
    );

/** A time as PostgreSQL spells it. */
function readTimeout(text: string): string {
  if (/^[1-9]\d{0,5}(s|min|h)$/.test(text)) return text;
  throw new InvalidArgumentError(
    translate('Write a number with s, min or h: 30min.', 's, min, h를 붙인 숫자로 적으세요(예: 30min).'),
  );
}

export function defineDatabase(group: Command): void {
  defineChange(group, {
    usage: 'upgrade [revision]',
    english: 'go up to a revision (head, 0003, +1), with a snapshot made before one that changes data',
    korean: '리비전까지 올립니다(head, 0003, +1). 데이터를 바꾸는 리비전 전에는 스냅숏을 만듭니다',
    examples: ['db upgrade', 'db upgrade head --database-url postgres://admin@localhost/vision_platform'],
    json: changeShape,
  }).perform<ChangeOptions>(async (options, target = 'head') =>
    print(
      await changeSchema(options, (schema, more) => schema.upgrade(target, more), true),
      options,
      describeChange,
    ),
  );

  defineChange(group, {
    usage: 'downgrade [revision]',
    english:
      'go back to a revision (base: nothing of ours is left; 0003; -1). Data of what goes is lost but for the snapshot made before',
    korean:
      '리비전까지 내립니다(base: 모두 제거, 0003, -1). 없어지는 것의 데이터는 먼저 만든 스냅숏에만 남습니다',
    examples: [
      'db downgrade',
      'db downgrade base --database-url postgres://admin@localhost/vision_platform',
      'db downgrade -2',
    ],
    json: changeShape,
  }).perform<ChangeOptions>(async (options, target = '-1') =>
    print(
      await changeSchema(options, (schema, more) => schema.downgrade(target, more), false),
      options,
      describeChange,
    ),
  );

  defineAtDatabase(group, {
    usage: 'current',
    english: 'show which revision the database has',
    korean: '데이터베이스의 리비전을 보여 줍니다',
    examples: ['db current', 'db current --json'],
    json: '{"revision", "head", "pending", "edited", "drift"}',
  }).perform<DatabaseOptions>(async (options) =>
    print(await withDatabase(options, ({ schema }) => schema.current()), options, describeState),
  );

  defineAtDatabase(group, {
    usage: 'history',
    english: 'list all revisions and when each was applied',
    korean: '모든 리비전과 적용된 때를 나열합니다',
    examples: ['db history', 'db history --json'],
    json: '{"revisions": [{"revision", "name", "appliedAt", "checksum", "edited"}]}',
  }).perform<DatabaseOptions>(async (options) => {
    const answer = await withDatabase(options, ({ schema }) => schema.history());
    const edited = translate(' (edited since)', ' (그 뒤 바뀜)');
    return writeResult(options, answer, () =>
      table(answer.revisions, [
        [translate('REVISION', '리비전'), ({ revision }) => revision],
        [translate('APPLIED', '적용된 때'), ({ appliedAt }) => formatTime(appliedAt)],
        [translate('NAME', '이름'), (entry) => `${entry.name}${entry.edited ? edited : ''}`],
      ]),
    );
  });

  defineCheck(group);

  definePartitions(
    group
      .command('partitions')
      .description(
        translate(
          'the months in which metrics lie: sizes, how many are kept, and what becomes of those that are not',
          '메트릭이 든 월: 크기, 보관 개월 수, 보관하지 않는 월의 처리',
        ),
      ),
  );

  defineAtDatabase(group, {
    usage: 'revision [message...]',
    english:
      'make the file of a new revision. What was changed in the database by hand is its suggested up and down',
    korean: '새 리비전 파일을 만듭니다. 데이터베이스에서 직접 바꾼 내용을 up과 down의 초안으로 씁니다',
    examples: ['db revision -m "add labels to runs"', 'db revision --empty "add labels to runs"'],
    json: '{"revision", "path", "statements"}',
  })
    .flag('-m, --message <text>', 'what the revision does, in English', '리비전이 하는 일(영어)')
    .flag('--empty', 'do not look at the database', '데이터베이스를 보지 않습니다')
    .perform<DatabaseOptions & { message?: string; empty?: true }>(async (options, ...words) => {
      const message = [options.message ?? '', ...words].join(' ');
      const make = (schema: SchemaService) => schema.revision(message, { isEmpty: options.empty === true });
      // Only the folder of files is touched then: nothing connects to this address.
      const nowhere = 'postgres://localhost/none';
      const made = await (options.empty
        ? make(new SchemaService({ databaseUrl: nowhere }))
        : withDatabase(options, ({ schema }) => make(schema)));
      return writeResult(options, made, () => made.path);
    });
}
