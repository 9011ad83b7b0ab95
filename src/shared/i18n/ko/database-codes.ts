/** PostgreSQL과 스키마의 문제. */
export const databaseCodes = {
  POSTGRES_URL_INVALID: {
    message: '데이터베이스 URL이 올바르지 않습니다',
    hint: 'postgres://사용자:비밀번호@호스트:5432/데이터베이스 형식으로 쓰세요(비밀번호의 특수 문자는 퍼센트 인코딩).',
  },
  POSTGRES_UNREACHABLE: {
    message: 'PostgreSQL에 연결할 수 없습니다',
    hint: '서버나 엔진을 시작하고, 호스트와 포트를 확인하세요.',
  },
  POSTGRES_LOGIN_REFUSED: {
    message: 'PostgreSQL이 로그인을 거부했습니다',
    hint: '사용자와 비밀번호, 또는 서버의 pg_hba.conf를 고치세요.',
  },
  POSTGRES_TLS: {
    message: 'PostgreSQL과의 암호화 연결에 실패했습니다',
    hint: 'URL의 sslmode를 서버에 맞추세요.',
  },
  POSTGRES_NO_DATABASE: {
    message: '그런 데이터베이스가 없습니다',
    hint: '데이터베이스를 만들거나(createdb) URL의 이름을 고치세요.',
  },
  POSTGRES_STARTING: {
    message: 'PostgreSQL이 시작 중이거나 종료 중입니다',
    hint: '잠시 뒤 다시 시도하세요.',
  },
  POSTGRES_FULL: {
    message: 'PostgreSQL의 연결이 모두 쓰이고 있습니다',
    hint: '다른 클라이언트를 끝내거나 max_connections를 늘리세요.',
  },
  POSTGRES_PERMISSION: {
    message: '데이터베이스 권한이 없습니다',
    hint: '사용자를 데이터베이스의 소유자로 만드세요.',
  },
  POSTGRES_BUSY: {
    message: '다른 세션이 데이터베이스를 잠그고 있습니다',
    hint: '데이터베이스를 쓰는 엔진이나 프로그램을 멈추고 다시 시도하세요.',
  },
  POSTGRES_DISK_FULL: {
    message: 'PostgreSQL의 디스크가 가득 찼습니다',
    hint: '공간을 비우고 다시 시도하세요.',
  },
  POSTGRES_TOO_OLD: { message: 'PostgreSQL 버전이 너무 낮습니다', hint: 'PostgreSQL 17을 쓰세요.' },
  POSTGRES_BINARIES_MISSING: {
    message: 'PostgreSQL 패키지가 설치되어 있지 않습니다',
    hint: '선택 패키지를 빼지 말고 "npm ci"를 실행하세요.',
  },
  POSTGRES_BINARIES_BROKEN: {
    message: 'PostgreSQL 프로그램이 실행되지 않습니다',
    hint: '표시된 라이브러리가 든 시스템 패키지를 설치하거나 "npm ci"를 다시 실행하세요.',
  },
  POSTGRES_DATA_MAJOR: {
    message: '데이터 폴더가 이 PostgreSQL의 것이 아닙니다',
    hint: '그 데이터를 만든 Trainyard로 백업한 뒤 여기서 복원하세요.',
  },
  POSTGRES_DATA_OF_ANOTHER_HOME: {
    message: '데이터베이스가 다른 상태 폴더의 것입니다',
    hint: '복사한 폴더라면 데이터베이스도 따로 복사하세요. 빈 데이터베이스로 시작하려면 postgres.json과 database.json을 지우세요.',
  },
  POSTGRES_DATA_OWNER: {
    message: '데이터 폴더의 소유자나 권한이 달라 PostgreSQL이 거부합니다',
    hint: '복사할 때는 cp -a를 쓰세요. 이미 복사했다면 데이터 폴더를 PostgreSQL 계정의 것으로 바꾸고(chown -R) 다른 계정에는 닫으세요(chmod -R go-rwx).',
  },
  DATABASE_MISSING: {
    message: '이 상태 폴더의 데이터베이스가 사라졌습니다',
    hint: '데이터 폴더를 옮긴 곳이나 백업에서 되돌리세요. 모든 기록을 버리고 빈 데이터베이스로 시작하려면 database.json을 지우세요.',
  },
  POSTGRES_FOLDER_CLOSED: {
    message: 'PostgreSQL을 실행하는 계정이 데이터베이스가 있는 곳에 들어갈 수 없습니다',
    hint: '상태 폴더를 다른 계정도 지나갈 수 있는 곳으로 옮기거나, 막힌 폴더에 chmod o+x를 적용하세요.',
  },
  POSTGRES_FOLDER_TAKEN: {
    message: 'PostgreSQL의 파일이 놓일 폴더를 쓸 수 없습니다',
    hint: '그 폴더를 지우거나 TRAINYARD_HOME을 다른 폴더로 지정하세요.',
  },
  POSTGRES_INITDB_FAILED: {
    message: 'PostgreSQL의 데이터 폴더를 만들지 못했습니다',
    hint: '디스크 공간과 권한을 확인하고 다시 시작하세요.',
  },
  POSTGRES_NOT_RUNNING: {
    message: '내장 PostgreSQL이 실행 중이 아닙니다',
    hint: '엔진을 다시 시작하세요. 까닭은 서버 로그에 있습니다.',
  },
  POSTGRES_NO_USER: {
    message: 'PostgreSQL은 root로 실행되지 않는데, 대신 쓸 계정이 없습니다',
    hint: '계정을 만들거나(useradd --system postgres) 일반 사용자로 시작하세요.',
  },
  POSTGRES_PASSWORD_REFUSED: {
    message: '내장 PostgreSQL이 secrets.json의 비밀번호를 받지 않고, 새로 정할 수도 없습니다',
    hint: '이 데이터베이스와 함께 만들어진 secrets.json을 되돌려 놓으세요.',
  },
  POSTGRES_START_FAILED: {
    message: 'PostgreSQL이 시작되지 않았습니다',
    hint: '표시된 원인을 고치세요. "trainyard doctor"로 점검할 수 있습니다.',
  },
  POSTGRES_UNKNOWN_PROCESS: {
    message: '다른 PostgreSQL이 이 데이터 폴더를 쓰고 있을 수 있습니다',
    hint: '그 프로세스를 확인해 끝내고 다시 시작하세요.',
  },
  REVISION_UNKNOWN: {
    message: '그런 리비전이 없습니다',
    hint: '"trainyard db history"에 있는 번호, head, base, 또는 +1, -1처럼 쓰세요.',
  },
  REVISION_BEHIND: {
    message: '데이터베이스가 이미 그 리비전을 지났습니다',
    hint: '되돌리려면 "db downgrade"를 쓰세요.',
  },
  REVISION_AHEAD: {
    message: '데이터베이스가 아직 그 리비전에 이르지 않았습니다',
    hint: '올리려면 "db upgrade"를 쓰세요.',
  },
  REVISION_FILES_INVALID: {
    message: '마이그레이션 파일이 올바르지 않습니다',
    hint: '표시된 파일을 고치세요.',
  },
  REVISION_MESSAGE_INVALID: {
    message: '파일 이름으로 쓸 영문자나 숫자가 없습니다',
    hint: '무엇을 바꾸는지 짧은 영어로 쓰세요.',
  },
  REVISION_NOT_WRITTEN: {
    message: '리비전 파일을 쓸 수 없습니다',
    hint: 'Trainyard 체크아웃의 migrations/postgres 폴더에서만 만들 수 있습니다.',
  },
  SCHEMA_AHEAD: {
    message: '데이터베이스에 이 프로그램이 모르는 리비전이 있습니다',
    hint: '그 리비전을 만든 버전이나 더 새로운 Trainyard를 쓰세요.',
  },
  SCHEMA_CONFLICT: {
    message: '스키마에 필요한 이름이 이미 쓰이고 있습니다',
    hint: '빈 데이터베이스를 쓰거나 그것의 이름을 바꾸세요. 아무것도 바뀌지 않았습니다.',
  },
  SCHEMA_OUT_OF_ORDER: {
    message: '데이터베이스의 리비전 순서가 맞지 않습니다',
    hint: '백업을 복원하거나 직접 순서를 맞추세요.',
  },
  SCHEMA_REVISION_EDITED: {
    message: '적용된 뒤에 바뀐 리비전이 있습니다',
    hint: '파일을 되돌리고, 바꿀 것은 새 리비전으로 쓰세요.',
  },
  DOWNGRADE_BLOCKED: {
    message: 'Trainyard의 것이 아닌 무언가가 없어질 것에 기대고 있습니다',
    hint: '그것을 먼저 지우세요. 아무것도 바뀌지 않았습니다.',
  },
};
