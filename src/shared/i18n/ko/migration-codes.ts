/** 저장소를 옮길 때의 문제. */
export const migrationCodes = {
  MIGRATION_TARGET_NOT_EMPTY: {
    message: '옮길 곳에 이미 다른 데이터가 있습니다',
    hint: '빈 곳으로 옮기거나 먼저 비우세요. 원본은 그대로 남습니다.',
  },
  MIGRATION_DIFFERS: {
    message: '사본이 원본과 같지 않습니다',
    hint: '원본이나 사본에 쓰고 있는 프로그램을 멈추고 다시 하세요. 이미 복사한 것은 남아 있습니다.',
  },
  MIGRATION_SCHEMA_DIFFERS: {
    message: '두 데이터베이스의 스키마가 다릅니다',
    hint: '둘 다 "trainyard db upgrade"로 최신 리비전으로 올리세요.',
  },
  MIGRATION_SAME_STORE: {
    message: '원본과 옮길 곳이 같은 데이터베이스입니다',
    hint: '다른 곳을 지정하세요.',
  },
};
