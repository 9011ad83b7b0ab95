import { type Entry, error, ok, text, warning } from './finding-entry.ts';

const otherHome = text(
  'Set TRAINYARD_HOME to a folder on a local disk that you own.',
  'TRAINYARD_HOME을 자신이 소유한 로컬 디스크의 폴더로 지정하세요.',
);

/** The advice differs from file to file; the evidence has it. */
const asNamed = text('Follow the advice given with this finding.', '위에 표시된 안내를 따르세요.');

/** The state folder, and who works in it. */
export const stateFindings = {
  HOME_OK: ok(
    'The state folder is yours, writable, and closed to others.',
    '상태 폴더에 쓸 수 있고 다른 사용자에게는 닫혀 있습니다.',
  ),
  HOME_UNUSABLE: error(
    text('The state folder can’t be made or written.', '상태 폴더를 만들거나 쓸 수 없습니다.'),
    otherHome,
  ),
  HOME_PATH_UNSUITED: error(
    text(
      'The path of the state folder is one that PostgreSQL or SQLite can’t take.',
      '상태 폴더의 경로를 PostgreSQL이나 SQLite가 쓸 수 없습니다.',
    ),
    text(
      'Set TRAINYARD_HOME to a shorter or plainer path; an existing folder can be renamed while no engine runs.',
      'TRAINYARD_HOME을 더 짧거나 특수 문자가 없는 경로로 지정하세요. 이미 있는 폴더는 엔진이 멈춘 동안 이름을 바꿔도 됩니다.',
    ),
  ),
  HOME_OPEN_TO_OTHERS: warning(
    text(
      'Other users of this machine can read the state folder.',
      '이 컴퓨터의 다른 사용자가 상태 폴더를 읽을 수 있습니다.',
    ),
    text('Close it: chmod 700 on the folder named.', '표시된 폴더를 닫으세요: chmod 700'),
  ),
  DISK_OK: ok('There is room on the disk.', '디스크에 여유가 있습니다.'),
  DISK_LOW: warning(
    text(
      'The disk with the state folder has little room left.',
      '상태 폴더가 있는 디스크의 여유가 적습니다.',
    ),
    text(
      'Free some space, or move TRAINYARD_HOME to a larger disk.',
      '공간을 비우거나 TRAINYARD_HOME을 더 큰 디스크로 옮기세요.',
    ),
  ),
  DISK_FULL: error(
    text(
      'The disk with the state folder is as good as full.',
      '상태 폴더가 있는 디스크가 거의 가득 찼습니다.',
    ),
    text(
      'Free some space, or move TRAINYARD_HOME to a larger disk.',
      '공간을 비우거나 TRAINYARD_HOME을 더 큰 디스크로 옮기세요.',
    ),
  ),
  FILESYSTEM_OK: ok(
    'The file system locks, renames, links and flushes files as it should.',
    '파일 시스템의 잠금, 이름 바꾸기, 링크, 플러시가 제대로 됩니다.',
  ),
  FILESYSTEM_NO_LOCKS: error(
    text(
      'The file system does not keep two processes from locking one file.',
      '파일 시스템이 두 프로세스가 한 파일을 동시에 잠그는 것을 막지 못합니다.',
    ),
    otherHome,
  ),
  FILESYSTEM_UNSUITED: error(
    text(
      'The file system refuses something that safe writing needs.',
      '안전하게 쓰는 데 필요한 일을 파일 시스템이 거부합니다.',
    ),
    otherHome,
  ),
  CLOCK_OK: ok('The clock and the file system agree on the time.', '시계와 파일 시스템의 시각이 맞습니다.'),
  CLOCK_WRONG: error(
    text('The clock of this machine is wrong.', '이 컴퓨터의 시계가 틀립니다.'),
    text(
      'Set it, best by turning on time synchronisation (timedatectl set-ntp true).',
      '시각을 맞추세요. 시간 동기화를 켜는 것이 좋습니다(timedatectl set-ntp true).',
    ),
    'sudo timedatectl set-ntp true',
  ),
  CLOCK_SKEWED: warning(
    text(
      'The file system stamps files with another time than this machine’s clock.',
      '파일 시스템이 이 컴퓨터의 시계와 다른 시각을 씁니다.',
    ),
    text(
      'Synchronise both clocks, or keep the state folder on a local disk.',
      '두 시계를 맞추거나 상태 폴더를 로컬 디스크에 두세요.',
    ),
  ),
  ENGINE_RUNNING: ok('An engine serves this state folder.', '이 상태 폴더의 엔진이 실행 중입니다.'),
  ENGINE_NOT_RUNNING: ok(
    'No engine runs; the next command that needs one starts it.',
    '실행 중인 엔진이 없습니다. 필요한 명령이 시작합니다.',
  ),
  ENGINE_SILENT: error(
    text(
      'The engine of this state folder is alive and does not answer.',
      '이 상태 폴더의 엔진이 살아 있지만 응답하지 않습니다.',
    ),
    text(
      'End the process named (kill), then start again; trainings go on.',
      '표시된 프로세스를 끝내고(kill) 다시 시작하세요. 학습은 계속됩니다.',
    ),
  ),
  ENGINE_DIED: warning(
    text(
      'The last engine of this state folder ended without stopping.',
      '이 상태 폴더의 지난 엔진이 정상 종료 없이 끝났습니다.',
    ),
    text(
      'Start it again (trainyard serve): it takes over what was left.',
      '다시 시작하세요(trainyard serve). 남은 것을 이어받습니다.',
    ),
    'trainyard serve',
  ),
  STATE_FILE_DAMAGED: error(
    text(
      'A file in the state folder does not hold what Trainyard wrote there.',
      '상태 폴더의 파일이 Trainyard가 쓴 것과 다릅니다.',
    ),
    asNamed,
  ),
  STATE_FILE_IRREGULAR: error(
    text(
      'A link, a folder or something else stands where a file of the state folder belongs.',
      '상태 폴더의 파일이 있어야 할 자리에 링크나 폴더 같은 다른 것이 있습니다.',
    ),
    asNamed,
  ),
  STATE_FILE_UNREADABLE: error(
    text('A file in the state folder cannot be read.', '상태 폴더의 파일을 읽을 수 없습니다.'),
    asNamed,
  ),
  STATE_FOLDER_IRREGULAR: error(
    text(
      'Where a folder of the state folder belongs stands a file, a link that Trainyard does not follow, or another user’s folder.',
      '상태 폴더 안의 폴더 자리에 파일이나 Trainyard가 따라가지 않는 링크, 다른 사용자의 폴더가 있습니다.',
    ),
    asNamed,
  ),
  HOME_OF_ANOTHER_USER: error(
    text('The state folder is another user’s.', '상태 폴더가 다른 사용자의 것입니다.'),
    otherHome,
  ),
  DATABASE_MISSING: error(
    text(
      'The database that was made in this state folder is not there any more.',
      '이 상태 폴더에 만들어 둔 데이터베이스가 사라졌습니다.',
    ),
    asNamed,
  ),
  POSTGRES_FOLDER_CLOSED: error(
    text(
      'The account that PostgreSQL runs under cannot get to the database.',
      'PostgreSQL을 실행하는 계정이 데이터베이스가 있는 곳에 들어갈 수 없습니다.',
    ),
    asNamed,
  ),
  POSTGRES_FOLDER_TAKEN: error(
    text(
      'Something else stands where PostgreSQL’s files belong.',
      'PostgreSQL의 파일이 있어야 할 자리에 다른 것이 있습니다.',
    ),
    asNamed,
  ),
  POSTGRES_DATA_OF_ANOTHER_HOME: error(
    text(
      'The database that this state folder names belongs to another one; this one seems to be a copy.',
      '이 상태 폴더가 가리키는 데이터베이스는 다른 상태 폴더의 것입니다. 이 폴더는 복사본인 듯합니다.',
    ),
    asNamed,
  ),
  POSTGRES_DATA_OWNER: error(
    text(
      'PostgreSQL refuses its data folder, which has another owner or is open to others; it seems to be a copy.',
      '데이터 폴더의 소유자나 권한이 달라 PostgreSQL이 거부합니다. 복사본인 듯합니다.',
    ),
    asNamed,
  ),
  LEFTOVERS_NONE: ok('No process of a dead engine is left.', '죽은 엔진이 남긴 프로세스가 없습니다.'),
  POSTGRES_LEFT_RUNNING: warning(
    text('A dead engine left its PostgreSQL running.', '죽은 엔진이 PostgreSQL을 남겼습니다.'),
    text(
      'Start the engine (trainyard serve): it takes the server over, and stops it at its own end.',
      '엔진을 시작하세요(trainyard serve). 서버를 이어받아 끝날 때 멈춥니다.',
    ),
    'trainyard serve',
  ),
  DATABASE_OK: ok(
    'The database answers, and its schema is the newest.',
    '데이터베이스가 응답하고 스키마가 최신입니다.',
  ),
  DATABASE_UNREACHABLE: error(
    text('The database does not answer.', '데이터베이스가 응답하지 않습니다.'),
    text(
      'Start the engine again; its log in the state folder (logs/engine.log) says why.',
      '엔진을 다시 시작하세요. 까닭은 상태 폴더의 logs/engine.log에 있습니다.',
    ),
  ),
  SCHEMA_BEHIND: error(
    text(
      'The database’s schema is not at this program’s revision.',
      '데이터베이스 스키마가 이 프로그램의 리비전이 아닙니다.',
    ),
    text('Run "trainyard db upgrade".', '"trainyard db upgrade"를 실행하세요.'),
    'trainyard db upgrade',
  ),
} as const satisfies Record<string, Entry>;
