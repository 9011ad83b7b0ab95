import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import { thenRunAgain } from '../../../shared/errors/engine.ts';
import type { UpgradeChange, UpgradePlan } from '../../../shared/model/upgrade.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { homeFolder } from '../../platform/paths.ts';
import { addKeyFlags, type KeyOptions, keyFor } from '../backup/given-key.ts';
import { type Command, type CommonOptions, collect, defineCommand } from '../lib/define.ts';
import { formatBytes, formatDuration } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, table, writeResult } from '../lib/output.ts';

const planShape =
  '{"profile", "product": {"from", "to"}, "changes": [{"what", "from", "to", "way", …}], "way", "databaseRead", "databaseBytes", "objectBytes", "room": [{"path", "neededBytes", "freeBytes"}], "estimatedMs", "runsUnderWay"}';

const short = (digest: string | null) => {
  const hash = digest?.split(':').at(-1)?.slice(0, 12);
  return hash === undefined ? '' : ` (${hash})`;
};

function nameOf(change: UpgradeChange): string {
  if (change.what === 'image') return change.service;
  if (change.what === 'postgres') return 'PostgreSQL';
  if (change.what === 'schema') return translate('schema', '스키마');
  return change.name === null
    ? translate('collation of the database', '데이터베이스의 콜레이션')
    : translate(`collation ${change.name}`, `콜레이션 ${change.name}`);
}

function ends(change: UpgradeChange): readonly [string, string] {
  if (change.what === 'image') {
    const [from, to] = [change.from, change.to].map((one) => `${one.reference}${short(one.digest)}`);
    return [from ?? '', to ?? ''];
  }
  return [change.from ?? '–', change.to];
}

function howOf(change: UpgradeChange): string {
  if (change.what === 'schema') {
    const [first = '', ...others] = change.revisions;
    const range = others.length > 0 ? `${first}…${others.at(-1)}` : first;
    const { changingData } = change;
    if (changingData.length === 0)
      return translate(`revisions ${range}; no data changes`, `리비전 ${range} 적용, 데이터는 그대로`);
    const names = changingData.join(', ');
    return translate(
      `revisions ${range}; ${names} ${changingData.length === 1 ? 'changes' : 'change'} data`,
      `리비전 ${range} 적용, ${names}에서 데이터 변경`,
    );
  }
  if (change.what === 'collation')
    return translate(
      'indexes are made anew, then the version is refreshed',
      '인덱스를 다시 만든 뒤 버전을 갱신합니다',
    );
  if (change.way === 'in-place')
    return translate(
      'the container is made anew on its volume',
      '볼륨은 그대로 두고 컨테이너를 다시 만듭니다',
    );
  const versions =
    change.what === 'image' ? [change.from.version, change.to.version] : [change.from, change.to];
  return translate(
    `version ${versions.join(' → ')}: written out and restored beside; the old data is kept until you discard it`,
    `버전 ${versions.join(' → ')}: 내보내서 별도 저장소에 복원합니다. 이전 데이터는 지울 때까지 보관합니다`,
  );
}

function wayWords(plan: UpgradePlan): string {
  return plan.way === 'move'
    ? translate(
        'everything is restored beside from a snapshot, checked there, and switched to; "trainyard backup revert --yes" goes back',
        '스냅숏을 별도 저장소에 복원하고 확인한 뒤 전환합니다. "trainyard backup revert --yes"로 되돌립니다',
      )
    : translate('in place, after a snapshot', '스냅숏을 만든 뒤 그 자리에서');
}

function describe(plan: UpgradePlan): string {
  const { changes, product, room, estimatedMs, runsUnderWay } = plan;
  const unread = translate(
    'The database could not be read: its revision and size are not in this plan. An upgrade starts its server by itself.',
    '데이터베이스를 읽을 수 없어 리비전과 크기는 이 계획에 없습니다. 업그레이드할 때는 서버를 직접 시작합니다.',
  );
  const nothing = nothingWords();
  if (plan.way === null) return plan.databaseRead ? nothing : `${nothing} ${unread}`;
  const lines = [
    table(changes, [
      [translate('WHAT', '항목'), nameOf],
      [translate('SERVED BY', '지금'), (change) => ends(change)[0]],
      [translate('BECOMES', '이후'), (change) => ends(change)[1]],
      [translate('HOW', '방법'), howOf],
    ]),
    '',
    facts([
      ['Trainyard', `${product.from ?? translate('unknown', '알 수 없음')} → ${product.to}`],
      [translate('How', '방법'), wayWords(plan)],
      [
        translate('Data', '데이터'),
        translate(
          `database ${sizeOf(plan.databaseBytes)}, objects ${sizeOf(plan.objectBytes)}`,
          `데이터베이스 ${sizeOf(plan.databaseBytes)}, 객체 ${sizeOf(plan.objectBytes)}`,
        ),
      ],
      ...room.map(({ path, neededBytes, freeBytes }): readonly [string, string] => [
        translate(`Room on ${path}`, `${path}의 공간`),
        translate(
          `about ${formatBytes(neededBytes)} needed, ${formatBytes(freeBytes)} free`,
          `약 ${formatBytes(neededBytes)} 필요, ${formatBytes(freeBytes)} 남음`,
        ),
      ]),
      [
        translate('Takes', '걸리는 시간'),
        translate(
          `about ${formatDuration(estimatedMs)} (an estimate, from sizes and the last snapshot)`,
          `약 ${formatDuration(estimatedMs)}(크기와 마지막 스냅숏으로 어림한 값)`,
        ),
      ],
      [
        translate('Runs under way', '진행 중인 학습'),
        runsUnderWay === null ? translate('unknown', '알 수 없음') : String(runsUnderWay),
      ],
    ]),
  ];
  return [...lines, ...(plan.databaseRead ? [] : ['', unread])].join('\n');
}

const nothingWords = () => translate('Nothing to upgrade.', '업그레이드할 것이 없습니다.');

const sizeOf = (bytes: number | null) =>
  bytes === null ? translate('unknown', '알 수 없음') : formatBytes(bytes);

const imageFlag = [
  '--image <service=image>',
  'with another image for a service; may be given several times',
  '이 서비스에 다른 이미지를 씁니다. 여러 번 줄 수 있습니다',
  collect,
] as const;

export function defineUpgrade(group: Command): void {
  defineCommand(group, {
    usage: 'plan',
    english:
      'show what differs between what the data was last served by and what this version brings, how it is done, and what that takes; changes nothing',
    korean:
      '데이터를 마지막으로 쓴 것과 이 버전이 가져오는 것의 차이, 적용 방법, 필요한 시간과 공간을 보여 줍니다. 아무것도 바꾸지 않습니다',
    examples: ['upgrade plan', 'upgrade plan --image postgres=postgres:18 --json'],
    json: planShape,
  })
    .flag(...imageFlag)
    .perform<{ image?: string[] }>(async ({ image = [], json }) => {
      const { readUpgradePlan } = await import('./read-plan.ts');
      const plan = await readUpgradePlan(image);
      await writeResult({ json }, plan, () => describe(plan));
      return undefined;
    });

  const applying = defineCommand(group, {
    usage: 'apply',
    english:
      'do what the plan says, with no engine running: a snapshot first, then in place or beside what is served, then a check; where it fails, what was served comes back',
    korean:
      '엔진이 없을 때 계획대로 업그레이드합니다. 먼저 스냅숏을 만들고, 그 자리나 별도 저장소에서 적용한 뒤 확인하며, 실패하면 이전 데이터로 되돌립니다',
    examples: ['upgrade apply --yes', 'upgrade apply --yes --image postgres=postgres:18'],
    json: '{"upgraded", "way", "snapshot", "changes"}',
  });
  addKeyFlags(applying)
    .flag('--yes', 'do it', '실행합니다')
    .flag(
      '--stop-runs',
      'cancel the runs that are under way, after a last checkpoint',
      '진행 중인 학습을 마지막 체크포인트를 남기고 취소합니다',
    )
    .flag(...imageFlag)
    .flag(
      '--postgres <folder>',
      'where the embedded PostgreSQL that the data is of was installed, if it is of another major version',
      '데이터가 다른 주 버전의 내장 PostgreSQL 것일 때 그 버전이 설치된 폴더',
    )
    .perform<ApplyOptions>(apply);
}

interface ApplyOptions extends KeyOptions {
  readonly yes?: true;
  readonly stopRuns?: true;
  readonly image?: string[];
  readonly postgres?: string;
}

async function apply({ yes, stopRuns, image, postgres, json, ...key }: ApplyOptions & CommonOptions) {
  if (!yes) throw fault('RESTORE_NOT_CONFIRMED', {});
  const home = homeFolder();
  const engine = findEngine(home);
  if (engine) {
    const { engineRunning } = await import('../lib/engine.ts');
    throw engineRunning(home, engine, thenRunAgain);
  }
  const [{ applyUpgrade }, { shown }] = await Promise.all([
    import('../../engine/upgrade/apply.ts'),
    import('../backup/restore.ts'),
  ]);
  const done = await shown((onProgress) =>
    applyUpgrade(
      { home },
      {
        ...{ choices: image ?? [], stopsRuns: stopRuns === true, onProgress },
        server: postgres === undefined ? null : path.resolve(postgres),
        keyOf: (manifest) => keyFor(manifest, key),
      },
    ),
  );
  const { way, changes } = done?.plan ?? { way: null, changes: [] };
  await writeResult(
    { json },
    { upgraded: done !== null, way, snapshot: done?.snapshot ?? null, changes },
    () => {
      if (!done) return nothingWords();
      const snapshot = translate(
        `Upgraded; everything was checked. The snapshot ${done.snapshot} was made before.`,
        `업그레이드했고 모두 확인했습니다. 먼저 만든 스냅숏은 ${done.snapshot}입니다.`,
      );
      if (way !== 'move') return snapshot;
      return `${snapshot}\n${translate(
        'What was served before is kept: "trainyard backup revert --yes" goes back to it, "trainyard backup discard --yes" removes it.',
        '이전 데이터는 보관되어 있습니다. "trainyard backup revert --yes"로 되돌리고 "trainyard backup discard --yes"로 지웁니다.',
      )}`;
    },
  );
  return undefined;
}
