/** 상태 폴더와 이 컴퓨터의 문제, 그리고 지금은 할 수 없는 요청. */
export const machineCodes = {
  PROJECT_NAME_TAKEN: {
    message: '같은 이름의 프로젝트가 이미 있습니다',
    hint: '다른 이름을 쓰거나 그 프로젝트를 쓰세요.',
  },
  PROJECT_IN_USE: {
    message: '끝나지 않은 학습이 있는 프로젝트는 삭제할 수 없습니다',
    hint: '대기 중이거나 진행 중인 학습을 취소하거나 끝날 때까지 기다리세요.',
  },
  DATASET_IN_USE: {
    message: '사용 중인 데이터셋은 삭제할 수 없습니다',
    hint: '이 데이터셋을 쓰는 학습을 취소하거나, 학습과 가져오기가 끝날 때까지 기다리세요.',
  },
  DATASET_CHANGED: {
    message: '데이터셋의 파일이 가져왔을 때와 다릅니다',
    hint: '파일을 되돌리거나 다시 가져와 새 버전을 만드세요.',
  },
  DATASET_VERSION_NOT_FOUND: {
    message: '그런 데이터셋 버전이 없습니다',
    hint: '데이터셋의 버전을 확인하세요.',
  },
  FILE_NOT_FOUND: { message: '파일이 더는 없습니다', hint: '파일을 되돌리거나 데이터셋을 다시 가져오세요.' },
  OBJECT_NOT_FOUND: {
    message: '저장된 파일이 없습니다',
    hint: '상태 폴더를 백업에서 되돌리거나 다시 가져오세요.',
  },
  OBJECT_KEY_CONFLICT: { message: '저장할 이름이 다른 것과 겹칩니다', hint: '다른 이름을 쓰세요.' },
  OBJECT_STORE_LINK: { message: '저장소 안에 있어서는 안 되는 링크가 있습니다', hint: '그 링크를 지우세요.' },
  HOME_UNUSABLE: {
    message: '상태 폴더를 만들거나 닫을 수 없습니다',
    hint: 'TRAINYARD_HOME을 자신이 소유한 폴더로 지정하세요.',
  },
  HOME_PATH_UNSUITED: {
    message: '상태 폴더의 경로가 너무 길거나, 제어 문자가 있거나, UTF-8이 아닙니다',
    hint: 'TRAINYARD_HOME을 더 짧거나 특수 문자가 없는 경로로 지정하세요. 이미 있는 폴더는 엔진이 멈춘 동안 이름을 바꿔도 됩니다.',
  },
  HOME_OF_ANOTHER_USER: {
    message: '상태 폴더가 다른 사용자의 것입니다',
    hint: '그 사용자로 시작하거나 TRAINYARD_HOME을 자신의 폴더로 지정하세요.',
  },
  STATE_FILE_DAMAGED: {
    message: '상태 폴더의 파일이 Trainyard가 쓴 것과 다릅니다',
    hint: '백업에서 되돌리세요. 백업이 없으면 "trainyard doctor"가 파일마다 할 일을 알려 줍니다.',
  },
  STATE_FILE_IRREGULAR: {
    message: '상태 폴더의 파일 자리에 링크나 폴더 같은 다른 것이 있습니다',
    hint: '그것을 치우고 원래 파일을 되돌려 놓으세요.',
  },
  STATE_FILE_UNREADABLE: {
    message: '상태 폴더의 파일을 읽을 수 없습니다',
    hint: '파일의 권한과 소유자를 확인하세요.',
  },
  STATE_FOLDER_IRREGULAR: {
    message: '상태 폴더 안의 폴더 자리에 파일이나 따라갈 수 없는 링크, 다른 사용자의 폴더가 있습니다',
    hint: '그것을 치우고 원래 폴더를 되돌려 놓으세요. objects, cache, uploads, runs는 통째로 다른 디스크로 옮긴 뒤 링크해도 됩니다.',
  },
  HOME_HAS_OTHER_FILES: {
    message: '상태 폴더로 지정한 폴더에 Trainyard의 것이 아닌 파일이 있습니다',
    hint: 'TRAINYARD_HOME을 비어 있거나 아직 없는 폴더로 지정하세요.',
  },
  SETTING_DAMAGED: {
    message: '설정값이 Trainyard가 쓰는 값이 아닙니다',
    hint: 'settings.sqlite를 백업에서 되돌리세요. 다른 곳으로 옮기면 기본 설정으로 새로 만들어집니다.',
  },
  STATE_FOLDER: {
    message: 'Trainyard의 상태 폴더와 겹치는 경로입니다',
    hint: '그 밖에 있는 폴더나 압축 파일을 고르세요.',
  },
  SETTINGS_CORRUPT: {
    message: '설정 파일이 손상되어 옆으로 치웠습니다',
    hint: '다시 시작하면 새로 만들어집니다.',
  },
  SETTINGS_TOO_NEW: {
    message: '더 새로운 Trainyard가 쓴 설정 파일입니다',
    hint: '그 버전이나 더 새로운 버전을 쓰세요.',
  },
  SETTINGS_UNAVAILABLE: {
    message: '설정 파일을 쓸 수 없습니다',
    hint: '파일의 권한과 디스크 공간을 확인하세요.',
  },
  SETTING_INVALID: { message: '저장할 수 없는 설정입니다', hint: '값을 고치세요.' },
  ENGINE_FAULT: {
    message: '엔진에 복구할 수 없는 오류가 생겨 안전하게 종료했습니다',
    hint: '다시 시작하세요. 잃은 것은 없고 학습은 계속되었습니다. 원인은 상태 폴더의 엔진 로그에 있습니다.',
  },
  MESSAGING_UNREACHABLE: {
    message: '데이터베이스의 알림을 듣는 연결이 없습니다',
    hint: '잠시 뒤 다시 시도하세요. 계속되면 엔진을 다시 시작하세요.',
  },
};
