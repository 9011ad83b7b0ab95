import { type KnownCode, koreanCodes } from '../../../shared/i18n/ko/codes.ts';

/** 코드로 알아보는 문제. 엔진이 보낸 영어 문장은 이 아래에 그대로 보여 줍니다. */
export const codes: Record<'CONNECTION_LOST', KnownCode> & Record<string, KnownCode> = {
  ...koreanCodes,
  CONNECTION_LOST: {
    message: '일하는 도중에 엔진과의 연결이 끊겼습니다',
    mend: '일이 되었는지 확인하고, 안 되었으면 다시 요청하세요.',
  },
};
