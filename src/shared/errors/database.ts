import { entry } from './entry.ts';

/** Errors of PostgreSQL, whoever runs it. */
export const databaseErrors = {
  POSTGRES_URL_INVALID: entry(400, {
    field: 'databaseUrl',
    en: [
      'The database URL {fault}',
      'Write it as postgres://user:password@host:5432/database (special characters in the password percent-encoded).',
    ],
    ko: [
      '데이터베이스 URL이 올바르지 않습니다: {fault}',
      'postgres://사용자:비밀번호@호스트:5432/데이터베이스 형식으로 쓰세요(비밀번호의 특수 문자는 퍼센트 인코딩).',
    ],
  }),
  POSTGRES_UNREACHABLE: entry(503, {
    en: ['{what}', 'Start the server, or correct the host and port.'],
    ko: ['PostgreSQL에 연결할 수 없습니다. {what}', '서버를 시작하거나 호스트와 포트를 고치세요.'],
  }),
  POSTGRES_LOGIN_REFUSED: entry(401, {
    en: [
      'PostgreSQL at {place} does not let the user "{user}" in ({why})',
      'Correct the user and password in the URL (postgres://user:password@host/database), or the server’s pg_hba.conf.',
    ],
    ko: [
      '{place}의 PostgreSQL이 사용자 "{user}"의 로그인을 거부했습니다({why})',
      'URL의 사용자와 비밀번호(postgres://사용자:비밀번호@호스트/데이터베이스), 또는 서버의 pg_hba.conf를 고치세요.',
    ],
  }),
  POSTGRES_TLS: entry(503, {
    en: [
      'The encrypted connection to {place} fails: {cause}',
      'Set sslmode in the URL as the server has it (disable, require, verify-full).',
    ],
    ko: [
      '{place}의 PostgreSQL과 암호화해서 연결하지 못했습니다: {cause}',
      'URL의 sslmode를 서버에 맞추세요(disable, require, verify-full).',
    ],
  }),
  POSTGRES_NO_DATABASE: entry(404, {
    en: [
      'PostgreSQL at {place} has no database "{database}"',
      'Create it (createdb {database}), or correct the name in the URL.',
    ],
    ko: [
      '{place}의 PostgreSQL에 데이터베이스 "{database}"{database|이|가} 없습니다',
      '데이터베이스를 만들거나(createdb {database}) URL의 이름을 고치세요.',
    ],
  }),
  POSTGRES_STARTING: entry(503, {
    en: ['PostgreSQL at {place} is starting up or shutting down', 'Try again in a moment.'],
    ko: ['{place}의 PostgreSQL이 시작 중이거나 종료 중입니다', '잠시 뒤 다시 시도하세요.'],
  }),
  POSTGRES_FULL: entry(503, {
    en: ['{server} has no connection left', 'End other clients, or raise max_connections.'],
    ko: ['{server}의 연결이 모두 쓰이고 있습니다', '다른 클라이언트를 끝내거나 max_connections를 늘리세요.'],
  }),
  POSTGRES_PERMISSION: entry(403, {
    en: [
      'The user "{user}" may not do this in the database "{database}": {cause}',
      `Make it the database's owner (ALTER DATABASE "{database}" OWNER TO "{user}").`,
    ],
    ko: [
      '사용자 "{user}"에게 데이터베이스 "{database}"에서 이 일을 할 권한이 없습니다: {cause}',
      '사용자를 데이터베이스의 소유자로 만드세요(ALTER DATABASE "{database}" OWNER TO "{user}").',
    ],
  }),
  POSTGRES_BUSY: entry(409, {
    en: [
      'Another session holds a lock in the database "{database}" that this needs: {cause}',
      'Stop the engine (or the other program) that uses the database and try again.',
    ],
    ko: [
      '다른 연결이 데이터베이스 "{database}"{database|을|를} 잠그고 있습니다: {cause}',
      '데이터베이스를 쓰는 엔진이나 프로그램을 멈추고 다시 시도하세요.',
    ],
  }),
  POSTGRES_DISK_FULL: entry(507, {
    en: ['The disk of PostgreSQL at {place} is full', 'Make room there and try again.'],
    ko: ['{place}의 PostgreSQL이 쓰는 디스크가 가득 찼습니다', '공간을 비우고 다시 시도하세요.'],
  }),
  POSTGRES_TOO_OLD: entry(409, {
    en: ['The server is PostgreSQL {version}; Trainyard needs {oldest} or newer', 'Use PostgreSQL 17.'],
    ko: [
      '서버의 PostgreSQL 버전이 {version}입니다. Trainyard에는 {oldest} 이상이 필요합니다',
      'PostgreSQL 17을 쓰세요.',
    ],
  }),
  DATABASE_DAMAGED: entry(500, {
    en: [
      'The database is damaged ({cause})',
      'Stop the engine, copy the state folder away, and restore the last backup; see dmesg for faults of the disk.',
    ],
    ko: [
      '데이터베이스가 손상되었습니다({cause})',
      '엔진을 멈추고 상태 폴더를 따로 복사한 뒤 마지막 백업을 되돌리세요. 디스크 고장은 dmesg에서 확인하세요.',
    ],
  }),
  DATABASE_READ_ONLY: entry(503, {
    en: [
      'The database takes no changes ({cause})',
      'Let the server leave recovery or its read-only mode, or name the primary server.',
    ],
    ko: [
      '데이터베이스가 읽기 전용입니다({cause})',
      '서버를 복구 상태나 읽기 전용 모드에서 꺼내거나, 주 서버의 주소를 지정하세요.',
    ],
  }),
  DATABASE_OUT_OF_MEMORY: entry(503, {
    en: [
      'The database is out of memory ({cause})',
      'Close other programs, or give the server more memory, and try again.',
    ],
    ko: [
      '데이터베이스의 메모리가 부족합니다({cause})',
      '다른 프로그램을 닫거나 서버에 메모리를 더 주고 다시 시도하세요.',
    ],
  }),
  REVISION_UNKNOWN: entry(400, {
    field: 'revision',
    en: [
      'There is no revision "{target}"',
      'Name one of {first} to {last}, "head" or "base", or a number of steps such as +1 or -1.',
    ],
    ko: [
      '"{target}" 리비전이 없습니다',
      '{first}부터 {last}까지의 번호, head, base, 또는 +1, -1처럼 쓰세요.',
    ],
  }),
  REVISION_BEHIND: entry(400, {
    field: 'revision',
    en: ['The database is past {target} already: it is at {at}', 'Use "db downgrade" to go back.'],
    ko: [
      '데이터베이스가 이미 {target}{target|을|를} 지나 {at}에 있습니다',
      '되돌리려면 "db downgrade"를 쓰세요.',
    ],
  }),
  REVISION_AHEAD: entry(400, {
    field: 'revision',
    en: ['The database is not at {target} yet: it is at {at}', 'Use "db upgrade" to go forward.'],
    ko: ['데이터베이스가 아직 {target}에 이르지 않고 {at}에 있습니다', '올리려면 "db upgrade"를 쓰세요.'],
  }),
  REVISION_FILES_INVALID: entry(500, {
    en: ['The migration {file} {fault}', '{hint}'],
    ko: ['마이그레이션 파일 {file}: {fault}', '파일을 고치세요. {hint}'],
  }),
  REVISION_MESSAGE_INVALID: entry(400, {
    field: 'message',
    en: [
      `"{message}" has no letter or digit of ASCII that a file's name could be made of`,
      'Say in a few English words what the revision does.',
    ],
    ko: ['"{message}"에는 파일 이름으로 쓸 영문자나 숫자가 없습니다', '무엇을 바꾸는지 짧은 영어로 쓰세요.'],
  }),
  REVISION_NOT_WRITTEN: entry(400, {
    en: [
      '{file} cannot be written ({system})',
      'Revisions are made in a checkout of Trainyard, in its folder migrations/postgres.',
    ],
    ko: [
      '{file}{file|을|를} 쓸 수 없습니다({system})',
      '리비전은 Trainyard 체크아웃의 migrations/postgres 폴더에서만 만들 수 있습니다.',
    ],
  }),
  SCHEMA_AHEAD: entry(409, {
    en: [
      'The database has the revision {revision}, which this program does not know',
      'Use the version of Trainyard that made it, or a newer one.',
    ],
    ko: [
      '데이터베이스에 이 프로그램이 모르는 리비전 {revision}{revision|이|가} 있습니다',
      '그 리비전을 만든 버전이나 더 새로운 Trainyard를 쓰세요.',
    ],
  }),
  SCHEMA_OUT_OF_ORDER: entry(409, {
    en: [
      'The database has the revision {revision} without {expected}',
      'Restore a snapshot, or bring the database to a revision in order by hand.',
    ],
    ko: [
      '데이터베이스에 {expected} 없이 리비전 {revision}{revision|이|가} 있습니다',
      '스냅숏을 복원하거나 직접 순서를 맞추세요.',
    ],
  }),
  SCHEMA_CONFLICT: entry(409, {
    en: [
      "Something that Trainyard's schema needs the name of is there already: {cause}",
      'Use an empty database, or rename what is there. Nothing was changed.',
    ],
    ko: [
      'Trainyard의 스키마에 필요한 이름이 이미 쓰이고 있습니다: {cause}',
      '빈 데이터베이스를 쓰거나 그것의 이름을 바꾸세요. 아무것도 바뀌지 않았습니다.',
    ],
  }),
  SCHEMA_REVISION_EDITED: entry(409, {
    en: [
      'The revision {revision} was changed after it was applied, so the database is not what its file says',
      'Put the file back as it was and write the change as a new revision (or go down below it and up again).',
    ],
    ko: [
      '리비전 {revision}{revision|이|가} 적용된 뒤에 바뀌어서 데이터베이스가 파일과 다릅니다',
      '파일을 되돌리고 바꿀 것은 새 리비전으로 쓰세요. 그 아래로 내렸다가 다시 올려도 됩니다.',
    ],
  }),
  DOWNGRADE_BLOCKED: entry(409, {
    en: [
      "Something that is not Trainyard's depends on what would go: {cause}",
      'Drop that first. Nothing was changed.',
    ],
    ko: [
      'Trainyard의 것이 아닌 무언가가 없어질 것에 기대고 있습니다: {cause}',
      '그것을 먼저 지우세요. 아무것도 바뀌지 않았습니다.',
    ],
  }),
};
