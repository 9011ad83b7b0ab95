import { conflict, failure } from './entry.ts';

/** Errors of an upgrade of data. */
export const upgradeErrors = {
  UPGRADE_TAKEN_BACK: failure(
    'The upgrade was not done: {cause}',
    '{state} The snapshot {snapshot} was made before. Remove the cause, then see "trainyard upgrade plan".',
    '업그레이드하지 못했습니다: {cause}',
    '{state} 먼저 만든 스냅숏은 {snapshot}입니다. 원인을 해결한 뒤 "trainyard upgrade plan"을 확인하세요.',
  ),
  UPGRADE_REHEARSAL_FAILED: failure(
    'The upgrade would not work: in stores of its own, where it was tried first, {what}',
    'Nothing was changed. The snapshot {snapshot} was made before. Compare the database with its revisions: "trainyard db check".',
    '업그레이드하면 정상으로 동작하지 않습니다. 별도 저장소에서 먼저 시험한 결과: {what}',
    '바뀐 것은 없습니다. 먼저 만든 스냅숏은 {snapshot}입니다. "trainyard db check"로 데이터베이스를 확인하세요.',
  ),
  UPGRADE_DRIFTED: conflict(
    'The database differs from what its revisions made: {what}',
    'Nothing was changed. Put it right first: "trainyard db check" names what differs, with the commands.',
    '데이터베이스가 리비전을 적용한 상태와 다릅니다: {what}',
    '바뀐 것은 없습니다. 먼저 바로잡으세요. 다른 점과 명령은 "trainyard db check"가 알려 줍니다.',
  ),
  UPGRADE_UNPROVEN: failure(
    'The database went through its revisions, and then a check failed: {cause}',
    'The snapshot {snapshot} has everything as it was before: put the earlier version of Trainyard back, and restore it there. "trainyard db check" says what differs.',
    '데이터베이스에 리비전을 적용한 뒤 확인에 실패했습니다: {cause}',
    '스냅숏 {snapshot}에 적용 전 데이터가 모두 있습니다. 이전 버전의 Trainyard를 다시 설치해 거기서 복원하세요. 차이는 "trainyard db check"가 알려 줍니다.',
  ),
  UPGRADE_RUNS_UNDER_WAY: conflict(
    '{count} {count|run is|runs are} under way',
    'Wait for {count|it|them}[cli:, or add --stop-runs: it cancels them after a last checkpoint]. Where the database is behind with revisions, stop them with the earlier version.',
    '진행 중인 학습이 {count}건 있습니다',
    '끝나기를 기다리세요.[cli: --stop-runs를 붙이면 마지막 체크포인트를 남기고 취소합니다.] 적용할 리비전이 남아 있으면 이전 버전에서 멈추세요.',
  ),
  UPGRADE_SERVER_MISSING: conflict(
    'The data is PostgreSQL {from}’s, and only its own version can write it out, which did not come with this program',
    'Nothing was changed. Fetch {wanted} into any folder[cli: (npm install --prefix FOLDER NAME@VERSION), and name that: --postgres FOLDER].',
    '데이터는 PostgreSQL {from}의 것이어서 그 버전만 내보낼 수 있는데, 이 프로그램에는 들어 있지 않습니다',
    '바뀐 것은 없습니다. 아무 폴더에나 {wanted}{wanted|을|를} 받으세요.[cli: npm install --prefix FOLDER NAME@VERSION으로 받고, 그 폴더를 --postgres로 지정합니다.]',
  ),
  UPGRADE_SERVER_UNSUITED: conflict(
    'There is no PostgreSQL {from} for this machine in {folder}',
    'Nothing was changed. Fetch {wanted} there.[cli: With npm: npm install --prefix FOLDER NAME@VERSION]',
    '{folder}에 이 컴퓨터에서 쓸 PostgreSQL {from}{from|이|가} 없습니다',
    '바뀐 것은 없습니다. 거기에 {wanted}{wanted|을|를} 받으세요.[cli: npm으로 받기: npm install --prefix FOLDER NAME@VERSION]',
  ),
};
