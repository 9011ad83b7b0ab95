/** 스택을 지켜볼 때의 문제: 작업, 로그, 설정 확인. */
export const stackObserveCodes = {
  STACK_BUSY: {
    message: '스택이 다른 작업을 하고 있습니다',
    hint: '그 작업이 끝난 뒤 다시 시도하세요.',
  },
  LOG_CURSOR_INVALID: {
    message: '스택 로그가 준 커서가 아닙니다',
    hint: '지난 응답의 커서를 그대로 넘기거나 비우세요.',
  },
  LOG_TIME_INVALID: {
    message: '시간이 아닙니다',
    hint: '2026-11-24T08:00:00Z처럼 쓰세요.',
  },
  REDIS_SETTINGS_REFUSED: {
    message: 'Redis가 영속성 설정을 받아들이지 않습니다',
    hint: '서버 자신의 설정에 표시된 값을 적으세요.',
  },
};
