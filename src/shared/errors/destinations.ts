import { badRequest, conflict, notFound, unavailable } from './entry.ts';

/** Errors of the places that copies of snapshots are kept at. */
export const destinationErrors = {
  DESTINATION_NOT_FOUND: notFound(
    'There is no destination "{destination}"',
    '[cli:See which there are: trainyard backup destination list.][page:Look at the list of destinations.]',
    '"{destination}" 사본 위치를 찾을 수 없습니다',
    '[cli:trainyard backup destination list로 목록을 확인하세요.][page:사본 위치 목록을 확인하세요.]',
    'destination',
  ),
  DESTINATION_EXISTS: conflict(
    'There is a destination "{name}" already: {place}',
    'Choose another name or place, or remove that one first. Its copies stay.',
    '"{name}" 사본 위치가 이미 있습니다({place})',
    '다른 이름이나 위치를 쓰거나 기존 사본 위치를 먼저 제거하세요. 그곳의 사본은 남습니다.',
    'place',
  ),
  DESTINATION_PLACE_INVALID: badRequest(
    '"{place}" is neither an absolute path of a folder nor s3://bucket/prefix',
    'Write a path such as /mnt/backup/snapshots, or a place such as s3://offsite/snapshots.',
    '"{place}"{place|은|는} 폴더의 절대 경로도 s3://버킷/접두사도 아닙니다',
    '절대 경로(/mnt/backup/snapshots)나 버킷 안의 위치(s3://offsite/snapshots)를 쓰세요.',
    'place',
  ),
  DESTINATION_MISSING: notFound(
    'There is no folder {folder}',
    'Attach the disk that it is on, or make the folder; what lies below it is made then.',
    '{folder} 폴더가 없습니다',
    '그 폴더가 있는 디스크를 연결하거나 폴더를 만드세요. 그 아래 폴더는 자동으로 만들어집니다.',
    'place',
  ),
  DESTINATION_INSIDE: conflict(
    '{folder} and the state folder {home} overlap',
    'Choose a folder elsewhere, best on another disk: what is lost with the state folder is no copy.',
    '{folder} 폴더와 상태 폴더 {home}{home|이|가} 겹칩니다',
    '다른 디스크의 폴더를 고르는 것이 좋습니다. 상태 폴더와 함께 잃는 것은 사본이 아닙니다.',
    'place',
  ),
  DESTINATION_NOT_EMPTY: conflict(
    '{place} holds other things than copies of snapshots',
    'Choose a folder or a prefix of its own for them, such as {place}/snapshots.',
    '{place}에 스냅숏 사본이 아닌 것이 들어 있습니다',
    '{place}/snapshots처럼 사본만 둘 폴더나 접두사를 고르세요.',
    'place',
  ),
  DESTINATION_TAKEN: conflict(
    '{place} holds copies that are not of this destination',
    'Another state folder may copy there: choose another folder or prefix. If they are this one’s, from before, take them over[cli: (trainyard backup destination add … --take-over)]: then its retention counts them, too.',
    '{place}에 이 사본 위치의 것이 아닌 사본이 있습니다',
    '다른 상태 폴더가 쓰는 곳일 수 있으니 다른 폴더나 접두사를 고르세요. 예전에 이 상태 폴더에서 만든 것이면 넘겨받으세요[cli:(trainyard backup destination add … --take-over)]. 그러면 보관 개수에 함께 들어갑니다.',
    'place',
  ),
  DESTINATION_AWAY: unavailable(
    'The copies at {place} are away: the folder, or the file in it that says whose it is, is missing',
    'Attach the disk or mount it again; what waits is copied by itself then. If the copies are gone for good, remove the destination and add it again.',
    '{place}의 사본을 찾을 수 없습니다. 폴더나 소유자를 적어 둔 파일이 없습니다',
    '디스크를 연결하거나 다시 마운트하세요. 그러면 기다리던 사본이 자동으로 만들어집니다. 사본이 아주 없어졌다면 사본 위치를 제거하고 다시 추가하세요.',
  ),
  DESTINATION_LINKED: conflict(
    '{folder} is a link, and nothing is written through it',
    'Remove it if nobody needs it. A folder for copies should be closed to other users.',
    '{folder}{folder|은|는} 링크이므로 그곳에 쓰지 않습니다',
    '필요 없으면 지우세요. 사본을 두는 폴더는 다른 사용자가 쓸 수 없게 하는 것이 좋습니다.',
  ),
  DESTINATION_NOT_REMOVED: conflict(
    'The server did not remove {file}: {answer}',
    'Old copies stay. Give the account the right to delete there, or keep them longer.',
    '서버가 {file} 파일을 지우지 않았습니다({answer})',
    '오래된 사본이 남습니다. 계정에 삭제 권한을 주거나 보관 개수를 늘리세요.',
  ),
  DESTINATION_COPIES_ITSELF: conflict(
    '{place} is a destination: each snapshot is copied there by itself',
    'Copy what waits now: trainyard backup destination copy. For another copy, choose another prefix.',
    '{place}{place|은|는} 사본 위치입니다. 스냅숏을 만들 때마다 자동으로 복사됩니다',
    '기다리는 것을 지금 복사하려면 trainyard backup destination copy를 실행하세요. 따로 두려면 다른 접두사를 쓰세요.',
  ),
} as const;
