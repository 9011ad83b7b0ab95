import type { Texts } from './text.ts';

/** Snapshots of the stores. */
export const backups = {
  backups: {
    subtitle: [
      'Snapshots of every store at one moment, kept in the state folder.',
      '모든 저장소를 한 시점 그대로 저장한 스냅숏입니다. 상태 폴더에 보관됩니다.',
    ],
    make: ['Make a snapshot', '스냅숏 만들기'],
    makeHint: [
      'Every store is kept as it is at one moment, and all of it is read back before it counts. Trainings go on meanwhile.',
      '모든 저장소를 한 시점 그대로 저장하고, 다시 읽어 확인한 뒤에야 완료로 칩니다. 그동안에도 학습은 계속됩니다.',
    ],
    reason: ['Reason', '이유'],
    reasonHint: [
      'Optional. It tells this snapshot from others later.',
      '선택 사항입니다. 나중에 다른 스냅숏과 구별하기 쉬워집니다.',
    ],
    reasonExample: ['Before cleaning up', '정리하기 전'],
    byHand: ['Made by hand', '직접 만듦'],
    newest: ['Newest good snapshot', '쓸 수 있는 최신 스냅숏'],
    lastVerified: ['Last verified', '마지막 검증'],
    never: ['Never', '없음'],
    noneGood: ['There is no good snapshot', '쓸 수 있는 스냅숏이 없습니다'],
    noneGoodHint: [
      'If the stores are lost now, nothing here brings them back.',
      '지금 저장소를 잃으면 여기서 되살릴 수 없습니다.',
    ],
    none: ['No snapshot yet', '아직 스냅숏이 없습니다'],
    noneHint: [
      'A snapshot keeps what every store holds at one moment: projects, datasets, runs with their metrics and logs, and models. Make one, then copy its folder to another disk.',
      '스냅숏은 프로젝트, 데이터셋, 학습과 그 지표와 로그, 모델까지 모든 저장소를 한 시점 그대로 저장한 것입니다. 하나 만든 뒤 그 폴더를 다른 디스크에 복사해 두세요.',
    ],
    making: ['Making a snapshot', '스냅숏을 만드는 중'],
    parts: {
      database: ['database', '데이터베이스'],
      documents: ['documents', '문서'],
      keys: ['keys', '키'],
      objects: ['objects', '객체'],
      verification: ['reading it back', '다시 읽어 확인'],
    },
    counts: {
      database_one: '{{formatted}} row',
      database_other: ['{{formatted}} rows', '행 {{formatted}}개'],
      documents_one: '{{formatted}} document',
      documents_other: ['{{formatted}} documents', '문서 {{formatted}}개'],
      keys_one: '{{formatted}} key',
      keys_other: ['{{formatted}} keys', '키 {{formatted}}개'],
      objects_one: '{{formatted}} object',
      objects_other: ['{{formatted}} objects', '객체 {{formatted}}개'],
      verification_one: '{{formatted}} file',
      verification_other: ['{{formatted}} files', '파일 {{formatted}}개'],
      tables_one: '{{formatted}} table',
      tables_other: ['{{formatted}} tables', '테이블 {{formatted}}개'],
    },
    made: ['The snapshot is made and was read back whole', '스냅숏을 만들고 다시 읽어 모두 확인했습니다'],
    interrupted: [
      'The snapshot was not finished: its engine ended',
      '스냅숏이 끝나기 전에 엔진이 멈췄습니다',
    ],
    interruptedHint: [
      'Nothing of it is kept, and earlier snapshots are as they were. Make it again.',
      '만들던 것은 남지 않으며 이전 스냅숏은 그대로입니다. 다시 만드세요.',
    ],
    list: ['Snapshots', '스냅숏'],
    by: ['by {{who}}', '만든 사람: {{who}}'],
    verified: ['Verified', '검증'],
    neverVerified: ['Never verified', '검증한 적 없음'],
    unusable: ['Can’t be used', '쓸 수 없음'],
    moment: ['Moment', '시점'],
    version: ['Made with', '만든 버전'],
    revision: ['revision {{revision}}', '리비전 {{revision}}'],
    documents: ['Documents', '문서'],
    keys: ['Keys of Redis', 'Redis 키'],
    keysInDatabase: ['In the database', '데이터베이스에 있음'],
    objects: ['Objects', '객체'],
    folder: ['Folder', '폴더'],
    copyFolder: ['Copy the folder’s path', '폴더 경로 복사'],
    notKept: ['Not in this snapshot', '이 스냅숏에 없는 것'],
    runs_one: 'The run directory of {{formatted}} run that was not over:',
    runs_other: [
      'The run directories of {{formatted}} runs that were not over:',
      '끝나지 않은 학습 {{formatted}}건의 학습 폴더:',
    ],
    inPlace: [
      'The images of {{dataset}}, version {{version}}, which are used where they lie:',
      '원래 위치에 두고 쓰는 {{dataset}} 버전 {{version}}의 이미지:',
    ],
    lost_one: '{{formatted}} object that the store had lost before:',
    lost_other: [
      '{{formatted}} objects that the store had lost before:',
      '저장소에 이미 없던 객체 {{formatted}}개:',
    ],
    commands: ['Commands', '명령'],
    commandsHint: [
      'For a terminal on the engine’s machine, or where you copied the folder to, with its path there.',
      '엔진이 있는 컴퓨터의 터미널에서 실행합니다. 폴더를 복사한 곳에서는 그 경로를 쓰세요.',
    ],
    verifyHint: [
      'Verify: read all of it and compare it with its manifest',
      '검증: 전체를 읽어 manifest.json과 비교합니다',
    ],
    restoreHint: [
      'Restore into a new state folder: put its path in place of NEW_FOLDER',
      '복원: NEW_FOLDER를 새 상태 폴더의 경로로 바꿔 실행합니다',
    ],
  },
} as const satisfies Texts;
