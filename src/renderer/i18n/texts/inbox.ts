import type { Texts } from './text.ts';

/** The inbox, above the datasets. */
export const inbox = {
  inbox: {
    title: ['Inbox', '수신함'],
    hint: [
      'Put a folder or an archive into the bucket “{{bucket}}” on {{place}}, with the server’s console or mc: it shows up here.',
      '{{place}}의 “{{bucket}}” 버킷에 서버 콘솔이나 mc로 폴더나 압축 파일을 넣으면 여기에 나타납니다.',
    ],
    console: ['The console’s address and password', '콘솔 주소와 비밀번호'],
    import: ['Import…', '가져오기…'],
    importOf: ['Import {{name}}', '{{name}} 가져오기'],
    dismiss: ['Dismiss', '숨기기'],
    dismissOf: [
      'Dismiss {{name}}: its files stay in the bucket',
      '{{name}} 숨기기: 파일은 버킷에 그대로 있습니다',
    ],
    restore: ['Show again', '다시 표시'],
    restoreOf: ['Show {{name}} again', '{{name}} 다시 표시'],
    files_one: '{{formatted}} file',
    files_other: ['{{formatted}} files', '파일 {{formatted}}개'],
    looksLike: ['looks like {{format}}', '{{format}} 형식으로 보임'],
    archive: ['archive', '압축 파일'],
    failed: ['The last import did not succeed', '지난번 가져오기는 끝내지 못했습니다'],
    states: {
      arriving: ['Arriving', '받는 중'],
      importing: ['Importing', '가져오는 중'],
      imported: ['Imported', '가져옴'],
      dismissed: ['Dismissed', '숨김'],
    },
    handled_one: 'Show {{formatted}} that was imported or dismissed',
    handled_other: [
      'Show {{formatted}} that were imported or dismissed',
      '가져왔거나 숨긴 {{formatted}}개 보기',
    ],
    hideHandled: ['Hide what was imported or dismissed', '가져왔거나 숨긴 것 접기'],
    more: ['and {{formatted}} more', '그 밖에 {{formatted}}개'],
    leftOut_one:
      '{{formatted}} object belongs to no folder and is no archive ({{keys}}). Put images into a folder of the bucket.',
    leftOut_other: [
      '{{formatted}} objects belong to no folder and are no archives ({{keys}}). Put images into a folder of the bucket.',
      '폴더에 들어 있지 않고 압축 파일도 아닌 객체가 {{formatted}}개 있습니다({{keys}}). 이미지는 버킷 안 폴더에 넣으세요.',
    ],
  },
} as const satisfies Texts;
