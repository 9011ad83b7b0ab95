/** 데이터셋을 검사하고 가져올 때의 문제. */
export const datasetCodes = {
  LINK_IMPOSSIBLE: { message: '이 디스크에서는 링크할 수 없습니다', hint: '복사나 제자리 방식을 쓰세요.' },
  NOTHING_TO_CANCEL: {
    message: '진행 중인 가져오기가 없습니다',
    hint: '데이터셋 목록에서 상태를 확인하세요.',
  },
};
