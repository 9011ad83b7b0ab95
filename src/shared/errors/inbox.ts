import { conflict, failure, notFound } from './entry.ts';

/** Errors of the inbox. */
export const inboxErrors = {
  INBOX_NONE: conflict(
    'There is no inbox: the profile in use keeps objects as files, and no S3 server has a bucket for it',
    'Use the stack[cli:: trainyard stack up --profile docker][page: (the page “Stack”)]. A folder or an archive of this machine is imported by its path.',
    '수신함이 없습니다. 지금 쓰는 프로필은 객체를 파일로 저장하므로 버킷이 있는 S3 서버가 없습니다',
    '스택을 쓰세요([cli:trainyard stack up --profile docker][page:“스택” 페이지]). 이 컴퓨터의 폴더나 압축 파일은 경로로 가져올 수 있습니다.',
  ),
  INBOX_BUCKET_MISSING: notFound(
    'The S3 server at {place} has no bucket "{bucket}", which is the inbox',
    'Make a bucket of that name there. "trainyard stack up" makes the one of the stack.',
    '{place}의 S3 서버에 수신함으로 쓰는 버킷 "{bucket}"{bucket|이|가} 없습니다',
    '그 이름으로 버킷을 만드세요. 스택의 버킷은 "trainyard stack up"이 만듭니다.',
  ),
  INBOX_UNREADABLE: failure(
    'The inbox can’t be read: {cause}',
    'The engine’s log has the details. It is tried again.',
    '수신함을 읽을 수 없습니다({cause})',
    '자세한 내용은 엔진 로그에 있습니다. 다시 시도하는 중입니다.',
  ),
  INBOX_DROP_UNKNOWN: notFound(
    'There is no "{name}" in the inbox',
    'Check the name[cli: ("trainyard dataset inbox list")]: it is that of a folder or archive at the top of the bucket.',
    '수신함에 "{name}"{name|이|가} 없습니다',
    '이름을 확인하세요[cli:("trainyard dataset inbox list")]. 버킷 맨 위에 있는 폴더나 압축 파일의 이름입니다.',
    'name',
  ),
  INBOX_DROP_IMPORTING: conflict(
    '"{name}" of the inbox is being imported already',
    'Wait for the end of that import, or cancel it.',
    '수신함의 "{name}"{name|은|는} 이미 가져오는 중입니다',
    '그 가져오기가 끝날 때까지 기다리거나 취소하세요.',
    'path',
  ),
};
