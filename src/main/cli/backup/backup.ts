import type { ListedBackup, Snapshot } from '../../../shared/contract/backups.ts';
import {
  byHand,
  bySchedule,
  readBeforeRevisions,
  readBeforeUpgrade,
} from '../../../shared/model/snapshots.ts';
import { type Command, type CommonOptions, defineCommand } from '../lib/define.ts';
import { inOwnWords } from '../lib/failure.ts';
import { formatBytes, formatCount, formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, remark, table, writeJson, writeLine, writeResult } from '../lib/output.ts';
import { defineBucketCopies } from './bucket.ts';
import { defineDestination } from './destination.ts';
import { defineEncryption } from './encryption.ts';
import { defineExport } from './export.ts';
import { followed, PartLine } from './follow.ts';
import { addKeyFlags, type KeyOptions, keyFor } from './given-key.ts';
import { defineImport } from './import.ts';
import { definePrune } from './prune.ts';
import { defineRestore } from './restore.ts';
import { defineSchedule, remarkKeptSchedule } from './schedule.ts';
import { snapshotsFolder } from './snapshots-folder.ts';

/** What a person gave as the reason; the engine's own word in the person's language. */
function reasonOf(why: string): string {
  if (why === bySchedule) return translate('by schedule', '예약으로 만듦');
  const upgraded = readBeforeUpgrade(why);
  if (upgraded !== null) return translate(why, `업그레이드 전: ${upgraded}`);
  const before = readBeforeRevisions(why);
  if (before)
    return before.direction === 'up'
      ? translate(why, `리비전 ${before.revisions} 적용 전`)
      : translate(why, `리비전 ${before.revisions} 되돌리기 전`);
  return why === byHand ? translate('by hand', '직접 만듦') : why;
}

function describe(snapshot: Snapshot): string {
  const { id, path: folder, at, why, who, version, profile, bytes, stores, encryption } = snapshot;
  const { database, documents, keys, objects } = stores;
  const documentCount = Object.values(documents).reduce((sum, count) => sum + count, 0);
  return facts([
    [translate('Snapshot', '스냅숏'), id],
    [translate('Folder', '폴더'), folder],
    [translate('Of', '시점'), formatTime(at)],
    [
      translate('Made', '만든 이유'),
      `${reasonOf(why)} (${who === null ? '' : `${who}, `}Trainyard ${version}, ${profile})`,
    ],
    [translate('Size', '크기'), formatBytes(bytes)],
    ...(encryption ? [[translate('Encrypted to', '암호화 수신자'), encryption.recipient] as const] : []),
    [
      translate('Database', '데이터베이스'),
      `${formatCount(database.rows, 'row', '행')}, ${formatCount(database.tables, 'table', '테이블')}, ${translate('revision', '리비전')} ${database.revision}`,
    ],
    [translate('Documents', '문서'), String(documentCount)],
    ...(keys === null ? [] : [[translate('Keys of Redis', 'Redis 키'), String(keys)] as const]),
    [translate('Objects', '객체'), `${objects.count} (${formatBytes(objects.bytes)})`],
    [translate('Verified', '검증'), formatTime(snapshot.verifiedAt)],
    [translate('Proven', '복원 시험 통과'), formatTime(snapshot.provenAt)],
  ]);
}

/** What a snapshot does not keep, for whoever relies on it. */
function remarkNotKept({ notKept }: Snapshot): void {
  if (!notKept) {
    remark(
      'It is encrypted: what it does not keep is shown with its key (--identity-file or --passphrase-file).',
      '암호화되어 있습니다. 저장되지 않은 것은 키(--identity-file 또는 --passphrase-file)가 있어야 볼 수 있습니다.',
    );
    return;
  }
  const { runs, inPlace, lost } = notKept;
  if (runs.length > 0)
    remark(
      `Not kept: the run directories of ${formatCount(runs.length, 'run', '')} that ${runs.length === 1 ? 'was' : 'were'} not over.`,
      `끝나지 않은 학습 ${runs.length}건의 학습 폴더는 저장되지 않았습니다.`,
    );
  for (const { dataset, version, source } of inPlace)
    remark(
      `Not kept: the images of ${dataset}, version ${version}, which stay in ${source}.`,
      `${dataset} 버전 ${version}의 이미지는 ${source}에 그대로 두며 저장되지 않았습니다.`,
    );
  if (lost.length > 0)
    remark(
      `The store had lost ${formatCount(lost.length, 'object', '')} before: ${lost.slice(0, 3).join(', ')}`,
      `저장소에 이미 없던 객체 ${lost.length}개: ${lost.slice(0, 3).join(', ')}`,
    );
}

async function create(why: string, json: true | undefined): Promise<undefined> {
  const { snapshot } = await followed((api) => api.create({ why }));
  if (!snapshot) throw new Error('The operation ended without a snapshot.');
  const { id, path: folder, bytes, stores } = snapshot;
  if (json) return void (await writeJson({ id, path: folder, bytes, stores }));
  await writeLine(describe(snapshot));
  remarkNotKept(snapshot);
}

async function listed(): Promise<ListedBackup[]> {
  const [{ listSnapshots }, { listedView }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../features/backups/snapshot-views.ts'),
  ]);
  return (await listSnapshots(snapshotsFolder())).map(listedView);
}

function listTable(snapshots: readonly ListedBackup[]): string {
  if (snapshots.length === 0)
    return translate(
      'There is no snapshot yet. Make one: trainyard backup create',
      '아직 스냅숏이 없습니다. 만들기: trainyard backup create',
    );
  return table(snapshots, [
    [translate('SNAPSHOT', '스냅숏'), ({ id }) => id],
    [translate('OF', '시점'), ({ snapshot }) => formatTime(snapshot?.at ?? null)],
    [translate('SIZE', '크기'), ({ snapshot }) => (snapshot ? formatBytes(snapshot.bytes) : '–'), 'right'],
    [translate('PROFILE', '프로필'), ({ snapshot }) => snapshot?.profile ?? '–'],
    [translate('VERIFIED', '검증'), ({ snapshot }) => formatTime(snapshot?.verifiedAt ?? null)],
    [translate('PROVEN', '복원 시험 통과'), ({ snapshot }) => formatTime(snapshot?.provenAt ?? null)],
    [
      translate('WHY', '이유'),
      ({ snapshot, problem }) =>
        snapshot ? reasonOf(snapshot.why) : problem ? inOwnWords(problem).message : '',
    ],
  ]);
}

/** A snapshot and what decrypts it; null where it is not encrypted, or no key was given. */
async function opened(reference: string, options: KeyOptions) {
  const [{ findSnapshot, readManifest }, { identityFor }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../stores/snapshots/snapshot-key.ts'),
  ]);
  const folder = await findSnapshot(snapshotsFolder(), reference);
  const manifest = await readManifest(folder);
  const key = await keyFor(manifest, options);
  return { folder, manifest, identity: key && (await identityFor(folder, manifest, key)) };
}

async function show(reference: string, options: KeyOptions): Promise<Snapshot> {
  const [{ readProof }, { readDetails }, { SnapshotReader }, { viewOf }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../stores/snapshots/settings-part.ts'),
    import('../../stores/snapshots/snapshot-reader.ts'),
    import('../../features/backups/snapshot-views.ts'),
  ]);
  const { folder, manifest, identity } = await opened(reference, options);
  const reader = new SnapshotReader(folder, manifest, identity);
  const details = reader.isOpen ? await readDetails(reader) : null;
  return viewOf(folder, manifest, await readProof(folder), details);
}

async function verify(reference: string, { json, ...options }: KeyOptions & CommonOptions): Promise<number> {
  const [{ findSnapshot, markVerified, readManifest }, { verifySnapshot }] = await Promise.all([
    import('../../stores/snapshots/snapshot-folder.ts'),
    import('../../stores/snapshots/verify-snapshot.ts'),
  ]);
  const folder = await findSnapshot(snapshotsFolder(), reference);
  // Of one whose manifest is damaged that is what there is to say.
  const manifest = await readManifest(folder).catch(() => null);
  const { identity } = manifest ? await opened(folder, options) : { identity: null };
  const decrypted = manifest?.encryption ? identity !== null : null;
  const line = new PartLine();
  const onFiles = (done: number) => line.show({ part: 'verification', done });
  const found = await verifySnapshot(folder, onFiles, undefined, identity).finally(() => line.clear());
  const problems = found.map(({ record, place }) => {
    const { code, message, hint } = inOwnWords(record);
    return { file: place.file ?? null, code, message, hint };
  });
  const ok = problems.length === 0;
  if (ok) markVerified(folder, new Date());
  await writeResult({ json }, { ok, ...(decrypted === null ? {} : { decrypted }), problems }, () =>
    ok
      ? translate(`${folder} is whole.`, `${folder}: 온전한 스냅숏입니다.`)
      : problems.map(({ message, hint }) => `${message}. ${hint}`).join('\n'),
  );
  if (ok && decrypted === false && !json)
    remark(
      'It is encrypted: every byte is as it was written. That it can be decrypted, and what it holds, was not checked without its key (--identity-file or --passphrase-file).',
      '암호화되어 있습니다. 모든 바이트가 저장한 그대로입니다. 키(--identity-file 또는 --passphrase-file)가 없어 복호화와 내용은 확인하지 않았습니다.',
    );
  return ok ? 0 : 1;
}

const storesShape = '"stores": {"database", "documents", "keys", "objects"}';

export function defineBackup(group: Command): void {
  defineCommand(group, {
    usage: 'create',
    english: 'make a snapshot of every store at one moment; it is read back before it counts',
    korean: '모든 저장소의 한 시점을 스냅숏으로 만듭니다. 다시 읽어 확인한 뒤에야 완료로 칩니다',
    examples: ['backup create', 'backup create --why "before cleaning up"'],
    json: `{"id", "path", "bytes", ${storesShape}}`,
  })
    .flag('--why <text>', 'what it is made for', '만드는 이유')
    .perform<{ why?: string }>(({ why, json }) => create(why ?? '', json));

  defineCommand(group, {
    usage: 'list',
    english: 'list the snapshots, the newest first',
    korean: '스냅숏을 최신순으로 나열합니다',
    examples: ['backup list', 'backup list --json'],
    json: '{"snapshots": [{"id", "path", "snapshot", "problem"}]}',
  }).perform<object>(async (options) => {
    const snapshots = await listed();
    await writeResult(options, { snapshots }, () => listTable(snapshots));
    if (!options.json) await remarkKeptSchedule();
  });

  const shown = defineCommand(group, {
    usage: 'show <snapshot>',
    english: 'show one snapshot: an id, its first characters, "last", or the path of its folder',
    korean: '스냅숏 하나를 보여 줍니다. ID, ID의 앞부분, "last" 또는 폴더 경로로 지정합니다',
    examples: ['backup show last', 'backup show /mnt/usb/20261130T235901123Z-ab12cd'],
    json: `{"id", "path", "at", "bytes", ${storesShape}, "notKept", "verifiedAt", "provenAt", …}`,
  });
  addKeyFlags(shown).perform<KeyOptions>(async (options, reference = '') => {
    const snapshot = await show(reference, options);
    await writeResult(options, snapshot, () => describe(snapshot));
    if (!options.json) remarkNotKept(snapshot);
  });

  const verified = defineCommand(group, {
    usage: 'verify <snapshot>',
    english: 'read all of a snapshot: hashes, structure and counts. Exit code 1 where anything is wrong',
    korean: '스냅숏 전체를 읽어 해시, 구조, 개수를 확인합니다. 문제가 있으면 종료 코드 1',
    examples: ['backup verify last', 'backup verify /mnt/usb/20261130T235901123Z-ab12cd --json'],
    json: '{"ok", "decrypted" where it is encrypted, "problems": [{"file", "code", "message", "hint"}]}',
  });
  addKeyFlags(verified).perform<KeyOptions>((options, reference = '') => verify(reference, options));

  defineRestore(group);
  definePrune(group);
  defineExport(group);
  defineImport(group);
  defineSchedule(group);
  defineEncryption(group);
  defineBucketCopies(group);
  defineDestination(group);
}
