import { type Command, Option } from 'commander';
import type { DatabaseOptions } from '../actions/db.ts';
import { defineCommand, defineGroup, perform } from '../define.ts';
import { translate } from '../language.ts';

const databaseUrl = () =>
  new Option(
    '--database-url <url>',
    translate(
      "any server, as postgres://…; left out: the state folder's own database",
      '아무 서버나 postgres://… 로 지정. 생략하면 상태 폴더의 데이터베이스',
    ),
  ).env('TRAINYARD_DATABASE_URL');

export function defineDatabase(program: Command): void {
  const group = defineGroup(
    program,
    'db',
    translate(
      "the database's schema, by numbered revisions",
      '데이터베이스 스키마를 번호가 붙은 리비전으로 관리',
    ),
  );

  const upgrade = defineCommand(group, {
    usage: 'upgrade [revision]',
    description: translate('go up to a revision (head, 0003, +1)', '리비전까지 올립니다(head, 0003, +1)'),
    examples: ['db upgrade', 'db upgrade head --database-url postgres://admin@localhost/vision_platform'],
    json: '{"revision", "head", "done": […], "pending", "edited", "drift"}',
  }).addOption(databaseUrl());
  perform<DatabaseOptions>(upgrade, async (options, target = 'head') =>
    (await import('../actions/db.ts')).upgrade(options, target),
  );

  const downgrade = defineCommand(group, {
    usage: 'downgrade [revision]',
    description: translate(
      'go back to a revision (base: nothing of ours is left; 0003; -1). Data of what goes is lost',
      '리비전까지 내립니다(base: 모두 제거, 0003, -1). 없어지는 것의 데이터는 사라집니다',
    ),
    examples: [
      'db downgrade',
      'db downgrade base --database-url postgres://admin@localhost/vision_platform',
      'db downgrade -2',
    ],
    json: '{"revision", "head", "done": […], "pending", "edited", "drift"}',
  }).addOption(databaseUrl());
  perform<DatabaseOptions>(downgrade, async (options, target = '-1') =>
    (await import('../actions/db.ts')).downgrade(options, target),
  );

  const current = defineCommand(group, {
    usage: 'current',
    description: translate('show which revision the database has', '데이터베이스의 리비전을 보입니다'),
    examples: ['db current', 'db current --json'],
    json: '{"revision", "head", "pending", "edited", "drift"}',
  }).addOption(databaseUrl());
  perform<DatabaseOptions>(current, async (options) => (await import('../actions/db.ts')).current(options));

  const history = defineCommand(group, {
    usage: 'history',
    description: translate(
      'list all revisions and when each was applied',
      '모든 리비전과 적용된 때를 나열합니다',
    ),
    examples: ['db history', 'db history --json'],
    json: '{"revisions": [{"revision", "name", "appliedAt", "checksum", "edited"}]}',
  }).addOption(databaseUrl());
  perform<DatabaseOptions>(history, async (options) => (await import('../actions/db.ts')).history(options));

  const revision = defineCommand(group, {
    usage: 'revision <message...>',
    description: translate(
      'make the file of a new revision, with an empty up and down',
      '빈 up과 down이 든 새 리비전 파일을 만듭니다',
    ),
    examples: ['db revision "add labels to runs"'],
    json: '{"revision", "path"}',
  });
  perform(revision, async (options, ...words) =>
    (await import('../actions/db.ts')).revision(options, words.join(' ')),
  );
}
