import { badRequest, conflict, entry, unavailable } from './entry.ts';

/** Errors of the stores themselves, whichever server keeps them, and of moving from one to another. */
export const storeErrors = {
  DOCUMENT_INVALID: badRequest(
    'The document {id} does not fit {collection}: {field}: {reason}',
    'Give {field} a value that the collection’s schema takes.',
    '문서 {id}{id|이|가} {collection} 컬렉션에 맞지 않습니다({field}: {reason})',
    '{field}에 컬렉션의 스키마가 받는 값을 쓰세요.',
  ),
  DOCUMENT_TOO_LARGE: entry(
    413,
    'The document {id} of {collection} is larger than {most} bytes',
    'Split it into several documents.',
    '{collection}의 문서 {id}{id|이|가} {most}바이트보다 큽니다',
    '여러 문서로 나누세요.',
  ),
  DOCUMENT_EXISTS: conflict(
    '{collection} already holds a document whose {field} is {value}',
    'Choose another {field}, or change the document that is there.',
    '{collection}에 {field}{field|이|가} {value}인 문서가 이미 있습니다',
    '{field}에 다른 값을 쓰거나 있는 문서를 바꾸세요.',
  ),
  DOCUMENT_GAP: conflict(
    '{field} of {id} in {collection} holds fewer than {position} {position|item|items}',
    'Write the missing items before it first.',
    '{collection}에 있는 {id}의 {field}{field|이|가} {position}개보다 짧습니다',
    '그 앞에 빠진 것을 먼저 쓰세요.',
  ),
  DOCUMENT_STORE_INCOMPLETE: unavailable(
    '{what}',
    '{hint}',
    '문서 저장소에 인덱스가 빠져 있습니다. {what}',
    '인덱스를 갖추세요. {hint}',
  ),
  CACHE_KEY_INVALID: badRequest(
    '{key} is not a valid cache key',
    'Use 1 to 512 printable ASCII characters without spaces.',
    '{key}{key|은|는} 캐시의 키가 아닙니다',
    '공백 없이 ASCII 문자 1~512자로 쓰세요.',
  ),
  CACHE_LIFETIME_INVALID: badRequest(
    '{key} cannot live {lifetime} milliseconds',
    'Give a whole number of milliseconds from 1 to ten years, or null.',
    '{key}의 수명은 {lifetime}밀리초가 될 수 없습니다',
    '1밀리초에서 10년까지의 정수, 또는 null을 쓰세요.',
  ),
  CACHE_NOT_A_COUNTER: conflict(
    '{key} cannot be counted up: {reason}',
    'Count with whole numbers under a key that holds nothing else.',
    '{key}{key|은|는} 셀 수 없습니다: {reason}',
    '다른 것이 없는 키에서 정수로 세세요.',
  ),
  CACHE_VALUE_INVALID: badRequest(
    'The value of {key} is not JSON: {reason}',
    'Give a value made of objects, arrays, strings, finite numbers, booleans and null.',
    '{key}의 값이 JSON이 아닙니다: {reason}',
    '객체, 배열, 문자열, 유한한 수, 참거짓, null로만 쓰세요.',
  ),
  MESSAGE_INVALID: badRequest(
    'The message cannot be published: {reason}',
    'Publish a JSON value on a named channel.',
    '메시지를 보낼 수 없습니다: {reason}',
    '이름이 있는 채널로 JSON 값을 보내세요.',
  ),
  MESSAGE_TOO_LARGE: entry(
    413,
    'A message of {bytes} bytes on {channel} is larger than {most}',
    'Publish where the data is instead of the data.',
    '채널 {channel}의 메시지가 {bytes}바이트로, {most}바이트보다 큽니다',
    '데이터 대신 데이터가 있는 곳을 보내세요.',
  ),
  MIGRATION_TARGET_NOT_EMPTY: conflict(
    'The target already holds data of its own: {what}',
    'Move into an empty target, or empty it first; the source stays as it is.',
    '옮길 곳에 이미 다른 데이터가 있습니다: {what}',
    '빈 곳으로 옮기거나 먼저 비우세요. 원본은 그대로 남습니다.',
  ),
  MIGRATION_DIFFERS: conflict(
    'The copy differs from its source: {what}',
    'Stop whatever writes to the source or the target, then migrate again. What was copied is kept.',
    '사본이 원본과 같지 않습니다: {what}',
    '원본이나 사본에 쓰고 있는 프로그램을 멈추고 다시 하세요. 이미 복사한 것은 남아 있습니다.',
  ),
  MIGRATION_SCHEMA_DIFFERS: conflict(
    'The two databases have different schemas: {what}',
    'Bring both to the newest revision with `trainyard db upgrade`.',
    '두 데이터베이스의 스키마가 다릅니다: {what}',
    '둘 다 `trainyard db upgrade`로 최신 리비전으로 올리세요.',
  ),
  MIGRATION_SAME_STORE: conflict(
    'The source and the target are the same database',
    'Name another target.',
    '원본과 옮길 곳이 같은 데이터베이스입니다',
    '다른 곳을 지정하세요.',
  ),
  MIGRATION_SAME_PROFILE: conflict(
    'The profile is "{profile}" already',
    'Name another one.',
    '이미 {profile} 프로필을 쓰고 있습니다',
    '다른 프로필을 지정하세요.',
  ),
  MIGRATION_RUNS_UNDER_WAY: conflict(
    '{count} {count|run is|runs are} under way or queued',
    'Wait until they finish or cancel them, then migrate again.',
    '진행 중이거나 대기 중인 학습이 {count}건 있습니다',
    '학습이 끝나기를 기다리거나 취소한 뒤 다시 옮기세요.',
  ),
};
