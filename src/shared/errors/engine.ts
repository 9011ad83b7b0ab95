import { entry } from './entry.ts';

/** What any request may be answered with. */
export const engineErrors = {
  INVALID_INPUT: entry(400, {
    en: ['{faults}', 'Correct the named field and send the request again.'],
    ko: ['입력이 올바르지 않습니다({faults})', '표시된 항목을 고쳐 다시 보내세요.'],
  }),
  MALFORMED_REQUEST: entry(400, {
    en: [
      'The request could not be read',
      'Send JSON in UTF-8 with the content type application/json, as /api/v1/openapi.json has it.',
    ],
    ko: [
      '요청을 읽을 수 없습니다',
      '/api/v1/openapi.json에 있는 대로 JSON을 UTF-8, 콘텐츠 형식 application/json으로 보내세요.',
    ],
  }),
  DATABASE_UNAVAILABLE: entry(503, {
    en: [
      'The database does not answer',
      'The engine starts it again, or waits for it, and goes on by itself; ask again in a moment. If it lasts, "trainyard doctor" says why.',
    ],
    ko: [
      '데이터베이스가 응답하지 않습니다',
      '엔진이 다시 시작하거나 기다렸다가 저절로 이어서 합니다. 잠시 뒤 다시 시도하세요. 오래가면 "trainyard doctor"가 까닭을 알려 줍니다.',
    ],
  }),
  INTERNAL: entry(500, {
    en: [
      'The engine met an error that it did not expect',
      'Look into the engine’s log in the state folder, and try again.',
    ],
    ko: ['엔진에 예상하지 못한 오류가 생겼습니다', '상태 폴더의 엔진 로그를 보고 다시 시도하세요.'],
  }),
};
