/** 프로필, 외부 서버, 저장소 이전의 문제. */
export const profileCodes = {
  EXTERNAL_UNREADABLE: { message: '파일을 읽을 수 없습니다', hint: '읽을 수 있는 파일을 지정하세요.' },
  STORE_FAILED: { message: '저장소가 제대로 답하지 않습니다', hint: '그 서버의 로그를 확인하세요.' },
};
