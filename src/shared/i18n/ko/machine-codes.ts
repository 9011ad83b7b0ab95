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
  STATE_FOLDER: {
    message: 'Trainyard의 상태 폴더와 겹치는 경로입니다',
    hint: '그 밖에 있는 폴더나 압축 파일을 고르세요.',
  },
};
