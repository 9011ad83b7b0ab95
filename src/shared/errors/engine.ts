import { type Bilingual, badRequest, conflict, failure, unavailable } from './entry.ts';

/** What frees a port for us, as PORT_TAKEN says it. */
export const portHints = {
  held: { en: 'End that program', ko: '그 프로그램을 끝내고' },
  closed: {
    en: 'Give this account the right to open it (ports below 1024 are closed to most)',
    ko: '이 계정에 그 포트를 열 권한을 주고(1024 미만은 대개 막혀 있습니다)',
  },
};

/** What to do about a field that INVALID_INPUT names. */
export const correctField = {
  en: 'Correct the named field',
  ko: '표시된 항목을 고쳐',
} as const satisfies Bilingual;

/** What any request may be answered with. */
export const engineErrors = {
  INVALID_INPUT: badRequest(
    '{faults}',
    '{remedy} and try again.',
    '입력이 올바르지 않습니다({faults})',
    '{remedy} 다시 시도하세요.',
  ),
  DATABASE_UNAVAILABLE: unavailable(
    'The database does not answer',
    'The engine restarts it, or waits for it, and continues automatically. Try again in a moment. If it lasts, [cli:"trainyard doctor"][page:the page “Doctor”] says why.',
    '데이터베이스가 응답하지 않습니다',
    '엔진이 데이터베이스를 다시 시작하거나 기다렸다가 자동으로 계속합니다. 잠시 뒤 다시 시도하세요. 오래가면 [cli:"trainyard doctor"][page:“진단” 페이지]가 원인을 알려 줍니다.',
  ),
  STORES_STARTING: unavailable(
    'The stores of the profile "{profile}" are starting',
    'Try again in a moment.',
    '"{profile}" 프로필의 저장소를 시작하는 중입니다',
    '잠시 뒤 다시 시도하세요.',
  ),
  STORES_NOT_READY: unavailable(
    'The stores of the profile "{profile}" {state}',
    '{remedy}',
    '"{profile}" 프로필의 저장소{state}',
    '{remedy}',
  ),
  HOME_MOVED: unavailable(
    'The state folder {home} is not where it was when the engine started: it was moved, renamed, removed or replaced',
    'Start the engine again with TRAINYARD_HOME set to where it is now, or put it back first. Nothing is lost, and trainings continued.',
    '엔진이 시작할 때 있던 상태 폴더 {home}{home|이|가} 그 자리에 없습니다. 옮겼거나, 이름을 바꿨거나, 지웠거나, 다른 것으로 바꿨습니다',
    'TRAINYARD_HOME을 지금 있는 곳으로 지정하거나 폴더를 제자리에 되돌린 뒤 엔진을 다시 시작하세요. 잃은 것은 없고 학습은 그동안에도 계속되었습니다.',
  ),
  INTERNAL: failure(
    'The {program} met an unexpected error{detail}',
    'Try again; {source} shows where it happened.',
    '{program}에 예상하지 못한 오류가 생겼습니다{detail}',
    '다시 시도하세요. 위치는 {source}에 나옵니다.',
  ),
};

/** What else can be done where an engine is in the way of another one. */
export const insteadOfStarting = {
  en: ', use it ("trainyard open"), or choose another folder with --home or TRAINYARD_HOME',
  ko: ' 그 엔진을 쓰거나("trainyard open") --home이나 TRAINYARD_HOME으로 다른 폴더를 지정해도 됩니다.',
} as const satisfies Bilingual;

/** Of a command that needs the state folder for itself. */
export const thenRunAgain = {
  en: ', then run this again',
  ko: ' 그런 다음 이 명령을 다시 실행하세요.',
} as const satisfies Bilingual;

/** Why an engine does not start. */
export const engineStartErrors = {
  ENGINE_RUNNING: conflict(
    'An engine already uses the state folder {home}{which}',
    'Stop it first{stop}{instead}. Its trainings go on.',
    '상태 폴더 {home}{home|을|를} 다른 엔진이 쓰고 있습니다{which}',
    '그 엔진을 먼저 멈추세요{stop}.{instead} 학습은 계속됩니다.',
  ),
  PORT_TAKEN: conflict(
    'The port {port} of {what} is held by {holder}',
    '{how} and try again, or take other ports: {command}',
    '{what}의 포트 {port}{port|을|를} {holder}{holder|이|가} 쓰고 있습니다',
    '{how} 다시 시도하거나 다른 포트를 쓰세요: {command}',
  ),
  PROFILE_UNKNOWN: badRequest(
    '{source} says "{profile}", but there is no such profile',
    'Choose one of {profiles}.',
    '{source}에 "{profile}"{profile|이|가} 있지만 그런 프로필은 없습니다',
    '{profiles} 중에서 고르세요.',
  ),
};
