/** 엔진, 데이터베이스, 학습의 문제와 진단 결과. */
export const engineCodes = {
  UNAUTHORIZED: { message: '이 브라우저에는 엔진의 세션이 없습니다', hint: '엔진이 출력한 링크를 여세요.' },
  TICKET_USED: {
    message: '이미 사용했거나 10분이 지난 링크입니다',
    hint: '새 링크를 여세요. "npm start"와 "trainyard open"이 링크를 출력합니다.',
  },
  PAGE_UNKNOWN: {
    message: '엔진이 이 브라우저를 모릅니다',
    hint: '새 링크를 여세요. "npm start"와 "trainyard open"이 링크를 출력합니다.',
  },
  ENGINE_NOT_PROVEN: {
    message: '엔진 주소의 서버가 이 상태 폴더의 엔진임을 증명하지 못했습니다',
    hint: '다른 프로그램이 그 포트를 쓰고 있을 수 있습니다. 무엇이 쓰는지 확인하고 "trainyard serve --port 0"으로 엔진을 시작하세요.',
  },
  SIGN_IN_INVALID: { message: '로그인 요청이 아닙니다', hint: '클라이언트를 최신 버전으로 바꾸세요.' },
  NOT_FOUND: { message: '찾을 수 없습니다', hint: '주소나 이름을 확인하세요. 삭제되었을 수도 있습니다.' },
  PROJECT_NOT_FOUND: { message: '그런 프로젝트가 없습니다', hint: '프로젝트 목록에서 다시 고르세요.' },
  ARTIFACT_UNREADABLE: {
    message: '결과물을 읽을 수 없습니다',
    hint: '파일이 있는지, 형식이 맞는지 확인하세요.',
  },
  EXPECTATION_FAILED: {
    message: 'Expect 헤더가 요구하는 것을 처리할 수 없습니다',
    hint: '그 헤더를 빼고 다시 보내세요.',
  },
  CONFIG_INVALID: { message: '설정이 올바르지 않습니다', hint: '표시된 항목을 고치세요.' },
  SPLITS_INVALID: { message: '분할 비율이 올바르지 않습니다', hint: '세 비율의 합이 1이 되게 하세요.' },
  MODEL_TASK_MISMATCH: { message: '모델이 이 작업을 하지 못합니다', hint: '다른 모델을 고르세요.' },
};
