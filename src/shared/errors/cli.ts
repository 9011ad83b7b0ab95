import { badRequest, conflict, failure, unavailable } from './entry.ts';

/** What the command line refuses, and what it meets on its way to an engine. */
export const cliErrors = {
  /** Ends with exit code 2. */
  USAGE: badRequest('{fault}', '{remedy}', '{fault}', '{remedy}'),
  ENGINE_GONE: unavailable(
    'The engine at {url} ended the connection',
    'Run the command again. It starts an engine if none runs, and the engine continues the runs and imports that were under way.',
    '{url} 엔진과의 연결이 끊겼습니다',
    '명령을 다시 실행하세요. 엔진이 없으면 새로 시작하며, 하던 학습과 가져오기를 이어서 합니다.',
  ),
  ENGINE_START_FAILED: failure(
    'The engine did not start: {words}',
    '"trainyard doctor" checks this machine.',
    '엔진이 시작되지 않았습니다({words})',
    '"trainyard doctor"로 이 컴퓨터를 점검하세요.',
  ),
  ENGINE_STARTING: conflict(
    'An engine of this state folder is starting or does not answer',
    'Try again in a moment. "trainyard doctor" has details.',
    '이 상태 폴더의 엔진이 시작 중이거나 응답하지 않습니다',
    '잠시 뒤 다시 해 보세요. "trainyard doctor"가 더 알려 줍니다.',
  ),
  AMBIGUOUS: badRequest(
    '"{reference}" is the start of {count} run ids',
    'Give more characters: {one} or {other}.',
    '"{reference}"{reference|으로|로} 시작하는 학습이 {count}개입니다',
    '글자를 더 쓰세요: {one} 또는 {other}',
  ),
  CONFIG_UNREADABLE: badRequest(
    "{file} can't be read ({cause})",
    'Give the path of a JSON file.',
    '{file}{file|을|를} 읽을 수 없습니다({cause})',
    'JSON 파일의 경로를 지정하세요.',
  ),
  EXTERNAL_UNREADABLE: badRequest(
    '{file} cannot be read',
    'Name a file that you may read.',
    '{file} 파일을 읽을 수 없습니다',
    '읽을 수 있는 파일을 지정하세요.',
  ),
  NOTHING_TO_CANCEL: conflict(
    'No import of "{name}" is under way',
    '"trainyard dataset list" shows which are.',
    '"{name}" 데이터셋은 가져오는 중이 아닙니다',
    '"trainyard dataset list"로 상태를 확인하세요.',
  ),
};
