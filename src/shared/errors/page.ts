import { badRequest, entry, unavailable } from './entry.ts';

/** Errors of the page itself: its connection to the engine, its parts, and what it reads and sends beside the contract. */
export const pageErrors = {
  CONNECTION_LOST: unavailable(
    'The connection to the engine broke during a request',
    'Check whether it finished, and try again if it did not.',
    '작업하는 도중에 엔진과의 연결이 끊겼습니다',
    '작업이 끝났는지 확인하고, 끝나지 않았으면 다시 시도하세요.',
  ),
  NOT_CONNECTED: unavailable(
    'The engine cannot be reached; nothing was sent to it',
    'Try again once the page is connected.',
    '엔진에 연결할 수 없어 아무것도 보내지 않았습니다',
    '다시 연결되면 한 번 더 시도하세요.',
  ),
  UPLOAD_FAILED: unavailable(
    'The file could not be sent to the engine',
    'Check that the engine runs and that its disk has room, then try again.',
    '파일을 엔진으로 보내지 못했습니다',
    '엔진이 실행 중인지, 디스크에 공간이 있는지 확인하고 다시 시도하세요.',
  ),
  PART_UNREACHABLE: unavailable(
    'This part of the page could not be fetched from the engine',
    'It is fetched automatically once the engine answers again. You can also try again now.',
    '페이지의 이 부분을 엔진에서 가져오지 못했습니다',
    '엔진이 다시 응답하면 자동으로 가져옵니다. 지금 다시 시도할 수도 있습니다.',
  ),
  PAGE_OUTDATED: entry(
    410,
    'The engine was updated, and this page is out of date',
    'Reload the page.',
    '엔진이 업데이트되었고, 이 페이지는 이전 버전입니다',
    '페이지를 새로고침하세요.',
  ),
  ARTIFACT_UNREADABLE: badRequest(
    '{path} cannot be shown: {why}',
    'Download it, or check the file in the run directory against docs/builtin-trainer.md.',
    '{path}: 보여 줄 수 없습니다({why})',
    '내려받거나, 실행 폴더에 있는 파일이 docs/builtin-trainer.md에 적힌 대로인지 확인하세요.',
  ),
};
