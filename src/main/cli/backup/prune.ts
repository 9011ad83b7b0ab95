import { type Command, defineCommand, integer } from '../lib/define.ts';
import { formatCount } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { writeResult } from '../lib/output.ts';
import { snapshotsFolder } from './snapshots-folder.ts';

interface Keep {
  readonly keepLast: number;
  readonly keepDaily: number;
  readonly keepWeekly: number;
  readonly keepMonthly: number;
}

async function prune(
  { keepLast, keepDaily, keepWeekly, keepMonthly }: Keep,
  yes: boolean,
  json: true | undefined,
) {
  const [{ listSnapshots, removeSnapshots }, { removable }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../../shared/model/retention.ts'),
  ]);
  const folder = snapshotsFolder();
  const snapshots = (await listSnapshots(folder)).map(({ id, manifest, verifiedAt }) => ({
    id,
    at: manifest?.at ?? '',
    isVerified: manifest !== null && verifiedAt !== null,
  }));
  const removed = removable(snapshots, {
    ...{ last: keepLast, daily: keepDaily, weekly: keepWeekly, monthly: keepMonthly },
  });
  const kept = snapshots.map(({ id }) => id).filter((id) => !removed.includes(id));
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
  for (const [name, fallback, english, korean] of [
    ['last', 3, 'how many of the newest stay', '가장 최근 것 중 남길 개수'],
    ['daily', 7, 'of how many days the newest stays', '며칠 치의 마지막 것을 남길지'],
    [
      'weekly',
      4,
      'of how many weeks (from Monday, in UTC) the newest stays',
      '몇 주 치(월요일부터, UTC)의 마지막 것을 남길지',
    ],
    ['monthly', 6, 'of how many months the newest stays', '몇 달 치의 마지막 것을 남길지'],
  ] as const)
    keeping.flag(`--keep-${name} <n>`, english, korean, integer(), fallback);
  keeping
    .flag('--yes', 'remove them', '지웁니다')
    .perform<Keep & { yes?: true }>((options) => prune(options, options.yes === true, options.json));
}
