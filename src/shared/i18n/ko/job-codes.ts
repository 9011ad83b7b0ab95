/** 작업에서 생기는 문제. */
export const jobCodes = {
  JOB_NOT_FOUND: { message: '그런 작업이 없습니다', hint: '작업 목록에서 ID를 확인하세요.' },
  JOB_LOST: {
    message: '작업을 맡은 쪽이 모두 끝내기 전에 사라졌습니다',
    hint: '엔진이나 작업자의 메모리가 모자라지 않은지 보고, 작업을 다시 시작하세요.',
  },
  JOB_FAILED: {
    message: '작업이 실패했습니다',
    hint: '작업을 맡은 쪽의 로그를 보고, 다시 시작하세요.',
  },
  RUN_NOT_COMPLETED: {
    message: '실행이 아직 완료되지 않아 내보낼 모델이 없습니다',
    hint: '실행이 완료될 때까지 기다리세요.',
  },
  MODEL_NOT_EXPORTABLE: {
    message: '이 실행의 모델은 내보낼 수 없습니다',
    hint: '결과물에 model.safetensors를 남기는 모델로 학습하세요.',
  },
  MODEL_NOT_STORED: {
    message: '실행의 모델이 아직 객체 저장소에 없습니다',
    hint: '잠시 뒤 다시 시도하세요. 결과물은 실행이 끝난 뒤 학습한 컴퓨터가 곧 저장합니다.',
  },
  MODEL_UNREADABLE: {
    message: '실행의 가중치가 safetensors 파일이 아닙니다',
    hint: '다시 학습하세요. 결과물이 손상되었을 수 있습니다.',
  },
  ARTIFACT_DAMAGED: {
    message: '결과물의 내용이 실행이 남긴 것과 다릅니다',
    hint: '스냅숏에서 객체 저장소를 복원하거나 다시 학습하세요.',
  },
};
