import { conflict, failure, notFound } from './entry.ts';

/** Errors of snapshots, and what is found wrong with one. */
export const snapshotErrors = {
  SNAPSHOT_NOT_FOUND: notFound(
    'There is no snapshot {snapshot}',
    '[cli:See which there are: trainyard backup list. A snapshot elsewhere is named by its folder.][page:Look at the list of snapshots.]',
    '스냅숏 {snapshot}{snapshot|을|를} 찾을 수 없습니다',
    '[cli:trainyard backup list로 목록을 확인하세요. 다른 곳에 있는 스냅숏은 폴더 경로로 지정합니다.][page:스냅숏 목록을 확인하세요.]',
    'snapshot',
  ),
  SNAPSHOT_UNDER_WAY: conflict(
    'A snapshot is being made, proven or restored already',
    'Wait until that is finished, then try again.',
    '이미 스냅숏을 만들거나 시험하거나 복원하고 있습니다',
    '끝난 뒤에 다시 하세요.',
  ),
  SNAPSHOT_OPERATION_UNKNOWN: notFound(
    'The engine knows nothing of the operation {operation}: it was started again, or another snapshot was begun',
    'See whether the snapshot is in the list[cli: (trainyard backup list)]. If it is not, make it again.',
    '엔진에 {operation} 작업이 없습니다. 엔진이 다시 시작되었거나 다른 스냅숏이 시작되었습니다',
    '[cli:trainyard backup list로 ][page:목록에서 ]스냅숏이 있는지 확인하고, 없으면 다시 만드세요.',
    'operation',
  ),
  SNAPSHOT_FAILED: failure(
    'The snapshot could not be made: {cause}',
    'Earlier snapshots are as they were. See engine.log in the state folder’s logs, then make it again.',
    '스냅숏을 만들지 못했습니다({cause})',
    '이전 스냅숏은 그대로입니다. 상태 폴더의 logs에 있는 engine.log를 확인한 뒤 다시 만드세요.',
  ),
  SNAPSHOT_NEWER: conflict(
    'The snapshot was made by a later version: it has {what}, and this one knows {known}',
    'Update Trainyard, then try again. Nothing was changed.',
    '더 새로운 버전에서 만든 스냅숏입니다. 스냅숏: {what}, 이 버전: {known}',
    'Trainyard를 업데이트한 뒤 다시 하세요. 바뀐 것은 없습니다.',
  ),
  SNAPSHOT_MANIFEST_DAMAGED: conflict(
    'The manifest of the snapshot cannot be used: {reason}',
    'Use another snapshot; the disk may be failing.',
    '스냅숏의 manifest.json을 쓸 수 없습니다: {reason}',
    '다른 스냅숏을 쓰세요. 디스크에 이상이 있을 수 있습니다.',
  ),
  SNAPSHOT_FILE_MISSING: conflict(
    'The file {file} of the snapshot is missing',
    'Use another snapshot, or copy this one again from where it came from.',
    '스냅숏의 {file} 파일이 없습니다',
    '다른 스냅숏을 쓰거나, 이 스냅숏을 가져온 곳에서 다시 복사하세요.',
  ),
  SNAPSHOT_FILE_DAMAGED: conflict(
    'The file {file} of the snapshot is damaged: {reason}',
    'Use another snapshot, or copy this one again from where it came from; the disk may be failing.',
    '스냅숏의 {file} 파일이 손상되었습니다: {reason}',
    '다른 스냅숏을 쓰거나, 이 스냅숏을 가져온 곳에서 다시 복사하세요. 디스크에 이상이 있을 수 있습니다.',
  ),
  SNAPSHOT_FILE_UNREADABLE: conflict(
    'The file {file} of the snapshot may not be read by this account',
    'Run the command as the account that made the snapshot, or give this one the right to read its folder.',
    '스냅숏의 {file} 파일을 읽을 권한이 없습니다',
    '스냅숏을 만든 계정으로 실행하거나, 이 계정에 폴더를 읽을 권한을 주세요.',
  ),
  SNAPSHOT_FILE_UNKNOWN: conflict(
    '{file} is no file of the snapshot',
    'Move it away if you put it there.',
    '{file}{file|은|는} 스냅숏의 파일이 아닙니다',
    '직접 넣은 것이라면 다른 곳으로 옮기세요.',
  ),
  SNAPSHOT_COUNT_DIFFERS: conflict(
    '{file} holds {found} where the manifest says {expected}',
    'Use another snapshot.',
    '{file}에 든 수가 {found}개로, manifest.json의 {expected}개와 다릅니다',
    '다른 스냅숏을 쓰세요.',
  ),
  SNAPSHOT_INCOMPLETE: failure(
    'The snapshot would not be whole: {what}',
    'Make it again. If it fails again, "trainyard doctor" has details.',
    '온전한 스냅숏이 되지 않습니다: {what}',
    '다시 만드세요. 계속 실패하면 "trainyard doctor"로 확인하세요.',
  ),
  SNAPSHOT_TABLE_UNKNOWN: conflict(
    'The snapshot and a database at revision {revision} do not agree on {table}: one of them lacks it, or its columns differ',
    'Compare the database with its migrations: trainyard db check. Nothing was changed.',
    '스냅숏과 {revision} 리비전의 데이터베이스가 {table}에서 서로 다릅니다. 한쪽에 없거나 열이 다릅니다',
    'trainyard db check로 데이터베이스를 확인하세요. 바뀐 것은 없습니다.',
  ),
  RESTORE_REFUSED: conflict(
    'The snapshot is not whole, so nothing was restored: {problem}',
    'Use another snapshot; "trainyard backup verify" lists everything that is wrong with this one.',
    '스냅숏이 온전하지 않아 복원하지 않았습니다: {problem}',
    '다른 스냅숏을 쓰세요. 문제 전체는 "trainyard backup verify"로 볼 수 있습니다.',
  ),
  RESTORE_TARGET_NOT_EMPTY: conflict(
    'The stores hold data already: {what}',
    'Nothing was changed. Restore into an empty state folder[cli:, which --home names].',
    '저장소에 이미 데이터가 있습니다: {what}',
    '바뀐 것은 없습니다. [cli:--home으로 ]빈 상태 폴더를 지정해 복원하세요.',
  ),
  RESTORE_DIFFERS: failure(
    'What was restored is not what the snapshot holds: {what}',
    'Nothing was put into service. Use another snapshot, or restore into another state folder[cli: (--home)] to look at it.',
    '복원한 내용이 스냅숏과 다릅니다: {what}',
    '쓰던 데이터는 그대로입니다. 다른 스냅숏을 쓰거나, 다른 상태 폴더[cli:(--home)]에 복원해 살펴보세요.',
  ),
  RESTORE_RUNS_UNDER_WAY: conflict(
    '{count} {count|run is|runs are} under way',
    '[cli:Wait for {count|it|them}, or add --stop-runs with a running engine: it cancels them after a last checkpoint.][page:Wait for {count|it|them}, or agree that they are cancelled after a last checkpoint.]',
    '진행 중인 학습이 {count}건 있습니다',
    '[cli:끝나기를 기다리거나, 엔진을 켠 상태에서 --stop-runs를 붙이세요. 마지막 체크포인트를 남기고 취소합니다.][page:끝나기를 기다리거나, 마지막 체크포인트를 남기고 취소하는 데 동의하세요.]',
  ),
  RESTORE_SERVERS_FOREIGN: conflict(
    'The servers of the external profile are not Trainyard’s: it makes no place beside what they hold',
    'Restore into servers that hold nothing yet, with no engine running.[cli: Name them by "trainyard profile external FILE", then: trainyard backup restore SNAPSHOT --yes]',
    '외부 프로필의 서버는 Trainyard의 것이 아니어서 옆에 따로 복원할 자리를 만들 수 없습니다',
    '엔진을 멈추고 빈 서버에 복원하세요.[cli: 서버 지정: "trainyard profile external FILE", 복원: trainyard backup restore SNAPSHOT --yes]',
  ),
  RESTORE_DISK_MOUNTED: conflict(
    'A disk is mounted on {folder}, so it cannot be put aside',
    'Mount the disk elsewhere, move the folder {name} there, and link to it. Nothing was changed.',
    '{folder}에 디스크가 마운트되어 있어 옮겨 둘 수 없습니다',
    '디스크를 다른 곳에 마운트하고 {name} 폴더를 그리로 옮긴 뒤 링크하세요. 바뀐 것은 없습니다.',
  ),
  RESTORE_NOTHING_TO_REVERT: conflict(
    'Nothing from before a restore is kept',
    'See which snapshots there are[cli:: trainyard backup list].',
    '복원 전 상태로 남아 있는 것이 없습니다',
    '스냅숏 목록을 확인하세요[cli:: trainyard backup list].',
  ),
  RESTORE_NOT_CONFIRMED: conflict(
    'Nothing was changed: this has to be confirmed',
    '[cli:Add --yes.][page:Confirm it.]',
    '확인이 필요해 아무것도 바꾸지 않았습니다',
    '[cli:--yes를 붙이세요.][page:확인하세요.]',
  ),
};
