/** 프로필, 외부 서버, 저장소 이전의 문제. */
export const profileCodes = {
  EXTERNAL_NOT_SET: {
    message: '외부 프로필의 서버가 지정되지 않았습니다',
    hint: '주소를 파일에 적고 "trainyard profile external FILE"을 실행하세요(docs/profiles.md).',
  },
  EXTERNAL_INVALID: {
    message: '서버 주소 파일이 올바르지 않습니다',
    hint: '표시된 항목을 고치세요. docs/profiles.md에 예가 있습니다.',
  },
  EXTERNAL_UNREADABLE: { message: '파일을 읽을 수 없습니다', hint: '읽을 수 있는 파일을 지정하세요.' },
  STORE_FAILED: { message: '저장소가 제대로 답하지 않습니다', hint: '그 서버의 로그를 확인하세요.' },
  STACK_IMAGE_INVALID: {
    message: '서비스의 이미지를 나타내지 않습니다',
    hint: 'postgres=postgres:17 처럼 적으세요.',
  },
  MIGRATION_SAME_PROFILE: {
    message: '이미 그 프로필을 쓰고 있습니다',
    hint: '다른 프로필을 지정하세요.',
  },
  MIGRATION_RUNS_UNDER_WAY: {
    message: '진행 중인 학습이 있어 옮길 수 없습니다',
    hint: '학습이 끝나기를 기다리거나 취소한 뒤 다시 시도하세요.',
  },
};
