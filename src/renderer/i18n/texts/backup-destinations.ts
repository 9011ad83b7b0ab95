import type { Texts } from './text.ts';

/** Where copies of snapshots are kept. */
export const backupDestinations = {
  backupDestinations: {
    title: ['Copies elsewhere', '다른 곳에 둔 사본'],
    none: [
      'Snapshots are on this machine alone. If its disk fails, they are lost with it.',
      '스냅숏이 이 컴퓨터에만 있습니다. 디스크가 고장 나면 함께 잃습니다.',
    ],
    add: ['Add a destination', '사본 위치 추가'],
    addTitle: ['Add a destination for copies', '사본 위치 추가'],
    addText: [
      'The newest snapshot is copied there now, and each one as soon as it is made.',
      '최신 스냅숏을 지금 복사하고, 앞으로는 만들 때마다 복사합니다.',
    ],
    place: ['Folder or bucket', '폴더 또는 버킷'],
    placeHint: [
      'A folder for them alone, best on another disk, or s3://bucket/prefix',
      '되도록 다른 디스크에 있는 전용 폴더, 또는 s3://버킷/접두사',
    ],
    serverHint: ['Left out: as the AWS environment says', '비우면 AWS 환경 설정을 따릅니다'],
    name: ['Name', '이름'],
    namePlaceholder: ['As the folder or the bucket', '폴더나 버킷 이름'],
    removeOld: ['Remove old copies', '오래된 사본 지우기'],
    removeOldHint: [
      'Only copies of this state folder’s snapshots are removed, never the newest one.',
      '이 상태 폴더의 스냅숏 사본만 지우며, 가장 최근 것은 지우지 않습니다.',
    ],
    takeOver: ['Take over copies that are there', '그곳에 있는 사본 넘겨받기'],
    takeOverHint: [
      'For a place that this state folder used before. Those copies count when old ones are removed.',
      '이 상태 폴더가 예전에 쓰던 곳일 때 켜세요. 그곳의 사본도 보관 개수에 들어갑니다.',
    ],
    copies_one: '{{formatted}} copy',
    copies_other: ['{{formatted}} copies', '사본 {{formatted}}개'],
    newest: ['newest from {{ago}}', '최신 시점 {{ago}}'],
    upToDate: ['Up to date', '최신 상태'],
    waiting_one: '{{formatted}} snapshot to be copied',
    waiting_other: ['{{formatted}} snapshots to be copied', '복사할 스냅숏 {{formatted}}개'],
    looking: ['Connecting…', '연결 중…'],
    copying: ['Copying {{snapshot}}', '{{snapshot}} 복사 중'],
    files: ['{{done}} of {{files}} copied', '{{files}}개 중 {{done}}개'],
    failed: [
      'Nothing can be copied to “{{name}}” (first failure: {{ago}})',
      '"{{name}}"에 복사하지 못하고 있습니다(처음 실패: {{ago}})',
    ],
    again: ['Next attempt: {{time}}', '다음 시도: {{time}}'],
    copyNow: ['Copy now', '지금 복사'],
    leadsTo: ['Leads to {{folder}}', '실제 위치: {{folder}}'],
    free: ['{{bytes}} free', '{{bytes}} 남음'],
    sameDisk: [
      'It is on the disk that the state folder is on: if that disk fails, these copies are lost, too.',
      '상태 폴더와 같은 디스크입니다. 그 디스크가 고장 나면 사본도 함께 잃습니다.',
    ],
    editKeep: ['How many copies stay', '남길 사본 개수'],
    remove: ['Remove', '제거'],
    removeTitle: ['Remove the destination “{{name}}”?', '"{{name}}" 사본 위치를 제거할까요?'],
    removeText: [
      'Nothing is copied there any more. The copies that are there stay.',
      '더는 복사하지 않습니다. 그곳에 있는 사본은 남습니다.',
    ],
    failing: [
      'Snapshots have not been copied to “{{name}}” for more than a day',
      '"{{name}}"에 하루 넘게 복사하지 못했습니다',
    ],
    away: [
      '“{{name}}” has been away for more than a week',
      '"{{name}}" 사본 위치가 일주일 넘게 연결되지 않았습니다',
    ],
  },
} as const satisfies Texts;
