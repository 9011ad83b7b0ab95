import { entry } from './entry.ts';

/** Errors of the stack: its images, services, data and verbs. */
export const stackErrors = {
  PORTS_USED_UP: entry(503, {
    en: [
      'No port between {from} and {to} of this machine is free',
      'End programs that listen on many ports: ss -ltnp',
    ],
    ko: [
      '이 컴퓨터의 {from}번에서 {to}번 사이에 비어 있는 포트가 없습니다',
      '많은 포트를 쓰는 프로그램을 끝내세요: ss -ltnp',
    ],
  }),
  NAME_TAKEN: entry(409, {
    en: [
      "There is a {kind} {name} that is not this stack's; it was not touched",
      'Remove or rename it if it is yours (docker {kind} rm {name}), then try again: trainyard stack up',
    ],
    ko: [
      '이 스택의 것이 아닌 {name}({kind})이 이미 있습니다. 건드리지 않았습니다',
      '자기 것이면 지우거나(docker {kind} rm {name}) 이름을 바꾸고 다시 시도하세요: trainyard stack up',
    ],
  }),
  IMAGE_MISSING: entry(503, {
    en: [
      'The image {image} is not here, and its registry cannot be reached ({said})',
      'Connect to the network and try again, or bring the image from another machine: docker save {image} | ssh THIS_MACHINE docker load',
    ],
    ko: [
      '{image} 이미지가 없고 레지스트리에도 닿을 수 없습니다({said})',
      '네트워크에 연결해 다시 시도하거나 다른 컴퓨터에서 이미지를 옮기세요: docker save {image} | ssh THIS_MACHINE docker load',
    ],
  }),
  IMAGE_PULL_FAILED: entry(502, {
    en: [
      'The image {image} of {service} could not be pulled: {said}',
      'Correct its name, or log in to its registry; another one is used by: {variable}=NAME:TAG trainyard stack up',
    ],
    ko: [
      '{service}의 이미지 {image}{image|을|를} 받지 못했습니다: {said}',
      '이름을 고치거나 레지스트리에 로그인하세요. 다른 이미지를 쓰려면: {variable}=NAME:TAG trainyard stack up',
    ],
  }),
  SERVICE_NOT_STARTED: entry(500, {
    en: [
      'Docker could not start {service}: {said}',
      'Fix what Docker says, or see what else is wrong with it: trainyard doctor',
    ],
    ko: [
      'Docker가 {service}{service|을|를} 시작하지 못했습니다: {said}',
      'Docker가 알린 문제를 고치거나, 다른 문제가 있는지 확인하세요: trainyard doctor',
    ],
  }),
  SERVICE_CRASHED: entry(500, {
    en: ['{service} ended by itself{exit}', 'Its log says why: trainyard stack logs {name}'],
    ko: [
      '{service}{service|이|가} 저절로 끝났습니다{exit}',
      '까닭은 그 로그에 있습니다: trainyard stack logs {name}',
    ],
  }),
  SERVICE_OUT_OF_MEMORY: entry(500, {
    en: [
      '{service} needed more memory than its limit{limit} and was ended',
      'Give it more: {variable}=2g trainyard stack up',
    ],
    ko: [
      '{service}{service|이|가} 메모리 한도{limit}를 넘어 강제로 끝났습니다',
      '메모리를 더 주세요: {variable}=2g trainyard stack up',
    ],
  }),
  SERVICE_TIMEOUT: entry(504, {
    en: [
      '{service} runs, but did not answer within {seconds} s ({lastWord})',
      'See what it is at: trainyard stack logs {name}',
    ],
    ko: [
      '{service}{service|이|가} 실행 중이지만 {seconds}초 안에 응답하지 않았습니다({lastWord})',
      '무엇을 하는지 확인하세요: trainyard stack logs {name}',
    ],
  }),
  SERVICE_STOPPED: entry(409, {
    en: [
      '{service} was stopped by somebody while it was being started',
      'Start it again: trainyard stack up',
    ],
    ko: ['시작하는 동안 누군가 {service}{service|을|를} 멈추었습니다', '다시 시작하세요: trainyard stack up'],
  }),
  SERVICE_REFUSES_CREDENTIALS: entry(409, {
    en: [
      "{service} does not take the stack's password: its volume was made with another one",
      'Put stack/secrets of the state folder back from a backup, or begin that service anew: trainyard stack destroy {name}',
    ],
    ko: [
      '{service}{service|이|가} 스택의 비밀번호를 받지 않습니다. 볼륨이 다른 비밀번호로 만들어졌습니다',
      '상태 폴더의 stack/secrets를 백업에서 되돌리거나, 그 서비스를 새로 시작하세요: trainyard stack destroy {name}',
    ],
  }),
  VOLUME_VERSION: entry(409, {
    en: [
      'The data of {service} was written by another major version{version}, and this server does not take it',
      "Use that version's image, the data is untouched: {variable}={image} trainyard stack up",
    ],
    ko: [
      '{service}의 데이터를 다른 주 버전{version}이 써서 이 서버가 받지 않습니다',
      '데이터는 그대로입니다. 그 버전의 이미지를 쓰세요: {variable}={image} trainyard stack up',
    ],
  }),
  REDIS_SETTINGS_REFUSED: entry(503, {
    en: [
      'Redis at {place} keeps "{found}" as its setting {setting}',
      "Set it in the server's own configuration: {setting} {wanted}",
    ],
    ko: [
      'Redis({place})가 {setting} 설정을 "{found}"에서 바꾸지 않습니다',
      '서버 자신의 설정에 적으세요: {setting} {wanted}',
    ],
  }),
  STACK_ABSENT: entry(409, {
    en: ['The state folder {home} has no stack', 'Make one: trainyard stack up'],
    ko: ['상태 폴더 {home}에는 스택이 없습니다', '만드세요: trainyard stack up'],
  }),
  STACK_NAME_WRONG: entry(409, {
    en: [
      'The stack of this state folder is called {name}, not "{given}"; nothing was removed',
      'Give its name to remove it with all its data: trainyard stack destroy --name {name}',
    ],
    ko: [
      '이 상태 폴더의 스택은 "{given}"{given|이|가} 아니라 {name}입니다. 아무것도 지우지 않았습니다',
      '모든 데이터와 함께 지우려면 스택의 이름을 쓰세요: trainyard stack destroy --name {name}',
    ],
  }),
  STACK_OBJECT_IN_USE: entry(409, {
    en: [
      "The {kind} {name} is used by something that is not the stack's: {said}",
      'Remove what uses it, then try again; it is listed by: {command}',
    ],
    ko: [
      '스택이 아닌 것이 {name}({kind}){name|을|를} 쓰고 있습니다: {said}',
      '쓰는 것을 지우고 다시 시도하세요. 다음 명령으로 볼 수 있습니다: {command}',
    ],
  }),
  STACK_CREDENTIALS_LOST: entry(409, {
    en: [
      'The passwords of the stack {name} are gone from {home} and from its recovery volume; its data is still there',
      'Put the folder stack/secrets back from a backup; to give up the data: trainyard stack destroy --name {name}',
    ],
    ko: [
      '스택 {name}의 비밀번호가 {home}에도 복구 볼륨에도 없습니다. 데이터는 아직 있습니다',
      'stack/secrets 폴더를 백업에서 되돌리세요. 데이터를 버리려면: trainyard stack destroy --name {name}',
    ],
  }),
  STACK_SETTING_INVALID: entry(400, {
    en: ['{variable} is "{value}", and it should be {wanted}', 'Correct it, or do without: unset {variable}'],
    ko: [
      '{variable}의 값 "{value}"{value|이|가} 올바르지 않습니다. {wanted}여야 합니다',
      '값을 고치거나 지우세요: unset {variable}',
    ],
  }),
  STACK_IMAGE_INVALID: entry(400, {
    en: [
      '"{choice}" names no image of a service',
      'Write it as postgres=postgres:17; the services are {services}.',
    ],
    ko: [
      '"{choice}"{choice|은|는} 서비스의 이미지를 가리키지 않습니다',
      'postgres=postgres:17처럼 쓰세요. 서비스는 {services}입니다.',
    ],
  }),
  STACK_CANCELLED: entry(409, {
    en: ['The start was broken off', 'Go on where it stopped: trainyard stack up'],
    ko: ['시작이 중단되었습니다', '멈춘 곳에서 이어 가세요: trainyard stack up'],
  }),
  STACK_BUSY: entry(409, {
    en: ['The stack is busy with "{verb}"', 'Wait until that is done, then try again.'],
    ko: ['스택이 다른 작업("{verb}")을 하고 있습니다', '그 작업이 끝난 뒤 다시 시도하세요.'],
  }),
  LOG_CURSOR_INVALID: entry(400, {
    field: 'after',
    en: [
      'The cursor is none that the logs of the stack gave',
      'Pass on the cursor of the last answer as it is, or none.',
    ],
    ko: ['스택 로그가 준 커서가 아닙니다', '지난 응답의 커서를 그대로 넘기거나 비우세요.'],
  }),
  LOG_TIME_INVALID: entry(400, {
    field: 'since',
    en: ['"{since}" is no time', 'Write it as 2026-11-24T08:00:00Z.'],
    ko: ['"{since}"{since|은|는} 시각이 아닙니다', '2026-11-24T08:00:00Z처럼 쓰세요.'],
  }),
};
