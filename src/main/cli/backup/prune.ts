import type { Retention } from '../../../shared/model/retention.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { writeResult } from '../lib/output.ts';
import { addKeepFlags, type KeepOptions, retentionOf } from './keep-flags.ts';
import { snapshotsFolder } from './snapshots-folder.ts';

async function prune(keep: Retention, yes: boolean, json: true | undefined) {
  const [{ removeSnapshots }, { prunable }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../features/backups/prunable.ts'),
  ]);
  const folder = snapshotsFolder();
  const found = await prunable(folder, keep);
  const removed = found.removed.map(({ id }) => id);
  const kept = found.kept.map(({ id }) => id);
  if (yes) await removeSnapshots(folder, removed);
  return writeResult({ json }, { removed, kept, dryRun: !yes }, () => {
    const counts = translate(
      `${formatCount(removed.length, 'snapshot', '')} ${yes ? 'removed' : 'would be removed'}, ${kept.length} kept.`,
      `${yes ? '지운' : '지울'} 스냅숏 ${removed.length}개, 남는 스냅숏 ${kept.length}개.`,
    );
    const how = translate(
      'Nothing was removed yet: add --yes.',
      '아직 지우지 않았습니다. --yes를 붙이면 지웁니다.',
    );
    return [...removed, counts, ...(yes || removed.length === 0 ? [] : [how])].join('\n');
  });
}

export function definePrune(group: Command): void {
  const keeping = defineCommand(group, {
    usage: 'prune',
    english:
      'remove old snapshots; without --yes it says which. Only verified ones count, the newest of them always stays, and none that was never verified goes',
    korean:
      '오래된 스냅숏을 지웁니다. --yes가 없으면 지울 것만 보여 줍니다. 검증된 것만 세고 지우며, 그중 가장 최근 것은 항상 남깁니다',
    examples: ['backup prune', 'backup prune --keep-last 3 --keep-daily 14 --yes'],
    json: '{"removed": [ids], "kept": [ids], "dryRun"}',
  });
  addKeepFlags(keeping, true)
    .flag('--yes', 'remove them', '지웁니다')
    .perform<KeepOptions & { yes?: true }>((options) =>
      prune(retentionOf(options), options.yes === true, options.json),
    );
}
