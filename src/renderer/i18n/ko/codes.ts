import { type KnownCode, koreanCodes } from '../../../shared/i18n/ko/codes.ts';
import type { codes as english } from '../en/codes.ts';

/** 코드로 알아보는 문제. 엔진이 보낸 영어 문장은 이 아래에 그대로 보여 줍니다. */
export const codes: Record<keyof typeof english, KnownCode> & Record<string, KnownCode> = {
  ...koreanCodes,
  CONNECTION_LOST: {
    message: '작업하는 도중에 엔진과의 연결이 끊겼습니다',
    hint: '작업이 끝났는지 확인하고, 끝나지 않았으면 다시 시도하세요.',
  },
  NOT_CONNECTED: {
    message: '엔진에 연결할 수 없어 아무것도 보내지 않았습니다',
    hint: '다시 연결되면 한 번 더 시도하세요.',
  },
  UPLOAD_FAILED: {
    message: '파일을 엔진으로 보내지 못했습니다',
    hint: '엔진이 실행 중인지, 디스크에 공간이 있는지 확인하고 다시 시도하세요.',
  },
  PART_UNREACHABLE: {
    message: '페이지의 이 부분을 엔진에서 가져오지 못했습니다',
    hint: '엔진이 다시 응답하면 저절로 가져옵니다. 지금 다시 시도할 수도 있습니다.',
  },
  PAGE_OUTDATED: {
    message: '엔진이 업데이트되었고, 이 페이지는 이전 버전입니다',
    hint: '페이지를 새로고침하세요.',
  },
};
