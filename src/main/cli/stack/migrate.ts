import { Option } from 'commander';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { translate } from '../lib/language.ts';
import { writeJson, writeResult } from '../lib/output.ts';
import { progressShape, StackPrinter } from './stack-printer.ts';

const waitMs = 10_000;

/** The engine does it: nothing else writes to its stores meanwhile. */
export function defineMigrate(group: Command): void {
  defineCommand(group, {
    usage: 'migrate',
    english:
      "copy everything to another profile's stores, compare counts and hashes, then switch to it; the source stays as it was",
    korean:
      '모든 것을 다른 프로필의 저장소로 복사하고 개수와 해시를 비교한 뒤 그 프로필로 바꿉니다. 원본은 그대로 둡니다',
    examples: ['stack migrate --to docker', 'stack migrate --to embedded --replace --json'],
    json: progressShape('{"profile"}'),
  })
    .addOption(
      new Option('--to <profile>', translate('where to', '옮길 곳')).choices(profiles).makeOptionMandatory(),
    )
    .flag(
      '--replace',
      'remove what the target holds (an older copy) first',
      '대상에 있는 것(이전 사본)을 먼저 지웁니다',
    )
    .perform<{ to: Profile; replace?: true }>(async ({ to, replace, json }) => {
      // Loaded here: no other command of the stack starts an engine.
      const { withEngine } = await import('../lib/engine.ts');
      const printer = new StackPrinter();
      await withEngine(async ({ stack }) => {
        // The stores have to be there. Progress of an earlier verb is not shown.
        const { cursor: begin } = await stack.progress({});
        const { operation } = await stack.migrate({ to, replace: replace ?? false });
        for (let after = begin; ; ) {
          const { cursor, events } = await stack.progress({ after, waitMs });
          after = cursor;
          for (const event of events) {
            if (event.operation !== operation.id) continue;
            if (json) await writeJson(event);
            else printer.onProgress(event);
            if (event.type !== 'end') continue;
            printer.end();
            if (event.cause) throw TrainyardError.from(event.cause, { status: 409 });
            return;
          }
        }
      });
      return writeResult({ json }, { profile: to }, () => to);
    });
}
