import type { DrillReport } from '../../../shared/contract/backups.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { DrillCheck } from '../../../shared/model/snapshots.ts';
import type { RestoreProgress } from '../../engine/restore-aside.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { homeFolder } from '../../platform/paths.ts';
import type { SnapshotToRestore } from '../../stores/snapshots/restore-snapshot.ts';
import { type Command, type CommonOptions, defineCommand } from '../lib/define.ts';
import { openReconnectingClient } from '../lib/engine.ts';
import { formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, styled, writeResult } from '../lib/output.ts';
import { followed, PartLine } from './follow.ts';
import { addKeyFlags, type KeyOptions, keyFor } from './given-key.ts';
import { snapshotsFolder } from './snapshots-folder.ts';

type Json = true | undefined;

/** A snapshot by its folder, which an engine finds wherever it was started, and the key of an encrypted one. */
async function snapshotOf(reference: string, options: KeyOptions) {
  const [{ findSnapshot, readManifest }, { identityFor }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../stores/snapshots/snapshot-key.ts'),
  ]);
  const folder = await findSnapshot(snapshotsFolder(), reference);
  const manifest = await readManifest(folder);
  const key = await keyFor(manifest, options);
  // A wrong key says so before anything is begun.
  await identityFor(folder, manifest, key);
  return { folder, key };
}

const askedOf = ({ folder, key }: SnapshotToRestore) => ({ snapshot: folder, ...(key && { key }) });

const hasEngine = () => findEngine(homeFolder()) !== null;

const requireYes = (yes: true | undefined) => {
  if (!yes) throw fault('RESTORE_NOT_CONFIRMED', {});
};

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Shows how far it is. Ctrl-C ends it with nothing left of what it made, unless it is at the switch; a second one ends the process. */
export async function shown<Result>(
  work: (onProgress: (progress: RestoreProgress) => void) => Promise<Result>,
): Promise<Result> {
  const line = new PartLine();
  const stopping = new AbortController();
  const stop = () => stopping.abort(fault('RESTORE_CANCELLED', {}));
  for (const signal of signals) process.once(signal, stop);
  try {
    return await work((progress) => {
      stopping.signal.throwIfAborted();
      line.show(progress);
    });
  } catch (error) {
    // A terminal sends Ctrl-C to the servers' programs as well.
    stopping.signal.throwIfAborted();
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
    line.clear();
  }
}

/** With no engine, in this process: an engine would make what the state folder lacks first, or not start on what is broken. */
async function restoreOffline(snapshot: SnapshotToRestore) {
  const [{ restoreHome }, { viewOf }, { readProof }] = await Promise.all([
    import('../../engine/restore-home.ts'),
    import('../../features/backups/snapshot-views.ts'),
    import('../../stores/snapshots/snapshot-folder.ts'),
  ]);
  const { manifest, leftOut } = await shown((onProgress) =>
    restoreHome({ home: homeFolder() }, snapshot, onProgress),
  );
  const { folder } = snapshot;
  return { snapshot: viewOf(folder, manifest, await readProof(folder)), leftOut };
}

async function restore(
  reference: string,
  stopRuns: boolean,
  { json, ...options }: KeyOptions & CommonOptions,
): Promise<undefined> {
  const home = homeFolder();
  const wanted = await snapshotOf(reference, options);
  const { snapshot, leftOut } = hasEngine()
    ? await followed((api) => api.restore({ ...askedOf(wanted), stopRuns }))
    : await restoreOffline(wanted);
  if (!snapshot) throw new Error('The operation ended without a snapshot.');
  remarkLeftOut(leftOut);
  const { id, at, bytes, stores } = snapshot;
  return writeResult({ json }, { id, at, home, bytes, stores }, () =>
    translate(
      `Restored ${id} of ${formatTime(at)} into ${home}. What was there before is kept: "trainyard backup revert" brings it back.`,
      `${formatTime(at)} 시점의 스냅숏(${id})을 ${home}에 복원했습니다. 이전 데이터는 보관되어 있으며 "trainyard backup revert"로 되돌립니다.`,
    ),
  );
}

function remarkLeftOut(leftOut: readonly Bilingual[]): void {
  for (const what of leftOut) remark(`Not restored: ${what.en}.`, `복원하지 않은 것: ${what.ko}.`);
}

async function drillOffline(snapshot: SnapshotToRestore) {
  const { drillInHome } = await import('../../engine/restore-home.ts');
  const { report, leftOut } = await shown((onProgress) =>
    drillInHome({ home: homeFolder() }, snapshot, onProgress),
  );
  return { drill: report, leftOut };
}

async function drill(reference: string, { json, ...options }: KeyOptions & CommonOptions): Promise<number> {
  const wanted = await snapshotOf(reference, options);
  const { drill: report, leftOut } = hasEngine()
    ? await followed((api) => api.drill(askedOf(wanted)))
    : await drillOffline(wanted);
  if (!report) throw new Error('The operation ended without a report.');
  remarkLeftOut(leftOut);
  await writeResult({ json }, report, () => describe(report));
  return report.ok ? 0 : 1;
}

const checkWords = (): Record<DrillCheck, string> => ({
  revision: translate('schema', '스키마'),
  counts: translate('counts', '개수'),
  references: translate('references', '참조'),
  writes: translate('writes', '쓰기'),
  sequences: translate('sequences', '시퀀스'),
  queries: translate('queries', '조회'),
  model: translate('model', '모델'),
});

function describe({ ok, durationMs, checks }: DrillReport): string {
  const words = checkWords();
  const seconds = (durationMs / 1000).toFixed(1);
  return [
    ...checks.map(
      (one) => `${one.ok ? styled('green', '✓') : styled('red', '✗')} ${words[one.check]}: ${one.detail}`,
    ),
    ok
      ? translate(
          `It was restored into stores of its own and works (${seconds} s).`,
          `별도 저장소에 복원해 정상 동작을 확인했습니다(${seconds}초).`,
        )
      : translate(
          `It was restored, and does not work (${seconds} s).`,
          `복원은 되었으나 정상으로 동작하지 않습니다(${seconds}초).`,
        ),
  ].join('\n');
}

async function revert(stopRuns: boolean, json: Json): Promise<undefined> {
  if (hasEngine()) await followed((api) => api.revert({ stopRuns }));
  else await (await import('../../engine/restore-home.ts')).revertHome({ home: homeFolder() });
  return writeResult({ json }, { reverted: true }, () =>
    translate(
      'What was there before is in service again. Do it once more to come back.',
      '이전 데이터로 되돌렸습니다. 한 번 더 실행하면 다시 돌아옵니다.',
    ),
  );
}

async function discard(json: Json): Promise<undefined> {
  if (hasEngine()) {
    using client = await openReconnectingClient();
    await client.api.backups.discard({});
  } else await (await import('../../engine/restore-home.ts')).discardInHome({ home: homeFolder() });
  return writeResult({ json }, { discarded: true }, () =>
    translate('What the last restore had replaced is removed.', '마지막 복원 전의 데이터를 지웠습니다.'),
  );
}

export function defineRestore(group: Command): void {
  const consent = [
    '--stop-runs',
    'cancel the runs that are under way, after a last checkpoint',
    '진행 중인 학습을 마지막 체크포인트를 남기고 취소합니다',
  ] as const;

  const restoring = defineCommand(group, {
    usage: 'restore <snapshot>',
    english:
      'restore a snapshot, of any profile, beside what the state folder holds, check it there, and switch to it. What was there before is kept',
    korean:
      '스냅숏을 지금 데이터와 따로 복원하고 확인한 뒤 전환합니다. 프로필은 달라도 되며 이전 데이터는 보관합니다',
    examples: [
      'backup restore last --yes',
      'backup restore /mnt/usb/20261130T235901123Z-ab12cd --home ~/restored --yes',
    ],
    json: '{"id", "at", "home", "bytes", "stores"}',
  });
  addKeyFlags(restoring)
    .flag('--yes', 'do it', '실행합니다')
    .flag(...consent)
    .perform<KeyOptions & { yes?: true; stopRuns?: true }>(
      ({ yes, stopRuns, ...options }, reference = '') => {
        requireYes(yes);
        return restore(reference, stopRuns === true, options);
      },
    );

  defineCommand(group, {
    usage: 'revert',
    english:
      'go back to what was there before the last restore; what was restored is kept, and doing it again comes back',
    korean: '마지막 복원 전의 데이터로 되돌립니다. 복원한 데이터는 보관하며, 다시 실행하면 돌아옵니다',
    examples: ['backup revert --yes'],
    json: '{"reverted"}',
  })
    .flag('--yes', 'do it', '실행합니다')
    .flag(...consent)
    .perform<{ yes?: true; stopRuns?: true }>(({ yes, stopRuns, json }) => {
      requireYes(yes);
      return revert(stopRuns === true, json);
    });

  defineCommand(group, {
    usage: 'discard',
    english: 'remove what the last restore took out of service, for its room',
    korean: '마지막 복원 전의 데이터를 지워 공간을 비웁니다',
    examples: ['backup discard --yes'],
    json: '{"discarded"}',
  })
    .flag('--yes', 'do it', '실행합니다')
    .perform<{ yes?: true }>(({ yes, json }) => {
      requireYes(yes);
      return discard(json);
    });

  const proving = defineCommand(group, {
    usage: 'drill <snapshot>',
    english:
      'prove a snapshot: restore it into stores of its own, read and write there, and remove them. Exit code 1 where it does not work',
    korean: '스냅숏을 별도 저장소에 복원해 읽고 써 본 뒤 지웁니다. 정상으로 동작하지 않으면 종료 코드 1',
    examples: ['backup drill last', 'backup drill last --json'],
    json: '{"ok", "durationMs", "checks": [{"check", "ok", "detail"}]}',
  });
  addKeyFlags(proving).perform<KeyOptions>((options, reference = '') => drill(reference, options));
}
