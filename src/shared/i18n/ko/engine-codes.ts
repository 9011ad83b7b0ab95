/** 엔진, 데이터베이스, 학습의 문제와 진단 결과. */
export const engineCodes = {
  PROJECT_NOT_FOUND: { message: '그런 프로젝트가 없습니다', hint: '프로젝트 목록에서 다시 고르세요.' },
  CONFIG_INVALID: { message: '설정이 올바르지 않습니다', hint: '표시된 항목을 고치세요.' },
  SPLITS_INVALID: { message: '분할 비율이 올바르지 않습니다', hint: '세 비율의 합이 1이 되게 하세요.' },
  MODEL_TASK_MISMATCH: { message: '모델이 이 작업을 하지 못합니다', hint: '다른 모델을 고르세요.' },
};
