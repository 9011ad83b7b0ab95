interface KnownCode {
  readonly message: string;
  readonly mend: string;
}

/** 코드로 알아보는 문제. 엔진이 보낸 영어 문장은 이 아래에 그대로 보여 줍니다. */
export const codes: Record<'CONNECTION_LOST', KnownCode> & Record<string, KnownCode> = {
  CONNECTION_LOST: {
    message: '일하는 도중에 엔진과의 연결이 끊겼습니다',
    mend: '일이 되었는지 확인하고, 안 되었으면 다시 요청하세요.',
  },
  UNAUTHORIZED: {
    message: '이 브라우저에는 엔진의 세션이 없습니다',
    mend: '엔진이 출력한 링크를 여세요.',
  },
  NOT_FOUND: { message: '찾을 수 없습니다', mend: '주소나 이름을 확인하세요. 삭제되었을 수도 있습니다.' },
  INVALID_INPUT: { message: '입력이 올바르지 않습니다', mend: '표시된 항목을 고쳐 다시 보내세요.' },
  INTERNAL: {
    message: '엔진에 예상하지 못한 오류가 생겼습니다',
    mend: '상태 폴더의 엔진 로그를 보고 다시 시도하세요.',
  },
  UPLOAD_FAILED: {
    message: '파일을 엔진으로 보내지 못했습니다',
    mend: '엔진이 실행 중인지, 디스크에 공간이 있는지 확인하고 다시 시도하세요.',
  },
};
