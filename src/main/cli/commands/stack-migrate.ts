import { type Command, Option } from 'commander';
import { profiles } from '../../../shared/model/stack.ts';
import type { StackMigrateOptions } from '../actions/stack-migrate.ts';
import { defineCommand, perform } from '../define.ts';
import { translate } from '../language.ts';

export function defineStackMigrate(group: Command): void {
  const migrate = defineCommand(group, {
    usage: 'migrate',
    description: translate(
      "copy everything to another profile's stores, compare counts and hashes, then work there; the source stays as it was",
      '모든 것을 다른 프로필의 저장소로 복사하고 개수와 해시를 비교한 뒤 그곳에서 작업합니다. 원본은 그대로 둡니다',
    ),
    examples: ['stack migrate --to docker', 'stack migrate --to embedded --replace --json'],
    json: `${translate('lines of progress, the last line:', '진행 상황 여러 줄, 마지막 줄:')} {"profile"}`,
  })
    .addOption(
      new Option('--to <profile>', translate('where to', '옮길 곳')).choices(profiles).makeOptionMandatory(),
    )
    .option(
      '--replace',
      translate(
        'remove what the target holds (an older copy) first',
        '대상에 있는 것(이전 사본)을 먼저 지웁니다',
      ),
    );
  perform<StackMigrateOptions>(migrate, async (options) =>
    (await import('../actions/stack-migrate.ts')).stackMigrate(options),
  );
}
