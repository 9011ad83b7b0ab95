import { finding } from './finding.ts';

/** What the doctor finds wrong with the machine, the state folder and the network; docs/doctor.md has all that it finds. */
export const doctorErrors = {
  NODE_TOO_OLD: finding(
    ['Trainyard needs Node 24 or newer', 'Run "npm ci", which brings Node 24, or install it.'],
    ['Trainyard에는 Node 24 이상이 필요합니다', 'Node 24를 가져오는 "npm ci"를 실행하거나 직접 설치하세요.'],
  ),
  PACKAGE_MISSING: finding(
    [
      "A package with this platform's programs is missing",
      'Run "npm ci" without leaving out optional packages.',
    ],
    ['이 플랫폼용 프로그램 패키지가 없습니다', '선택 패키지를 빼지 말고 "npm ci"를 다시 실행하세요.'],
  ),
  MEMORY_LOW: finding(
    [
      'There is little memory left: a training may be killed',
      'Close other programs, or give this machine (or container) more memory.',
    ],
    ['메모리가 부족해 학습이 강제로 끝날 수 있습니다', '다른 프로그램을 닫거나 메모리를 늘리세요.'],
  ),
  IMAGES_BROKEN: finding(
    ['The image library does not work here', 'Run "npm ci" without leaving out optional packages.'],
    ['이미지 라이브러리가 작동하지 않습니다', '선택 패키지를 빼지 말고 "npm ci"를 다시 실행하세요.'],
  ),
  TRAINER_BROKEN: finding(
    [
      'The builtin trainer’s backend does not work here',
      'Run "npm ci" without leaving out optional packages.',
    ],
    ['내장 학습기의 백엔드가 작동하지 않습니다', '선택 패키지를 빼지 말고 "npm ci"를 다시 실행하세요.'],
  ),
  CHECK_TIMED_OUT: finding(
    [
      'A check did not come to its end',
      'Try again when the machine is less busy; if it stays, the part named hangs.',
    ],
    ['점검이 끝나지 않았습니다', '컴퓨터가 한가할 때 다시 해 보세요. 계속되면 표시된 부분이 멈춘 것입니다.'],
  ),
  SHM_SMALL: finding(
    [
      'Shared memory (/dev/shm) is small: the loaders of a training may end with a bus error',
      'Make it larger; a container gets more with --shm-size.',
    ],
    [
      '공유 메모리(/dev/shm)가 작아 학습의 데이터 로더가 버스 오류로 끝날 수 있습니다',
      '더 크게 하세요. 컨테이너는 --shm-size로 늘립니다.',
    ],
  ),
  SHM_FULL: finding(
    [
      'There is no space left in shared memory (/dev/shm): PostgreSQL and trainings fail',
      'Remove what ended programs left there, or make it larger.',
    ],
    [
      '공유 메모리(/dev/shm)에 공간이 없어 PostgreSQL과 학습이 실패합니다',
      '끝난 프로그램이 남긴 것을 지우거나 더 크게 하세요.',
    ],
  ),
  SHM_UNUSABLE: finding(
    [
      'Shared memory (/dev/shm) is not there or cannot be written',
      'Mount it, open to everybody (mode 1777).',
    ],
    ['공유 메모리(/dev/shm)가 없거나 쓸 수 없습니다', '모두에게 열린 권한(1777)으로 마운트하세요.'],
  ),
  HOME_OPEN_TO_OTHERS: finding(
    ['Other users of this machine can read the state folder', 'Close it: chmod 700 on the folder named.'],
    ['이 컴퓨터의 다른 사용자가 상태 폴더를 읽을 수 있습니다', '표시된 폴더를 닫으세요: chmod 700'],
  ),
  DISK_LOW: finding(
    [
      'The disk with the state folder has little room left',
      'Free some space, or move TRAINYARD_HOME to a larger disk.',
    ],
    [
      '상태 폴더가 있는 디스크의 여유가 적습니다',
      '공간을 비우거나 TRAINYARD_HOME을 더 큰 디스크로 옮기세요.',
    ],
  ),
  FILESYSTEM_NO_LOCKS: finding(
    [
      'The file system does not keep two processes from locking one file',
      'Set TRAINYARD_HOME to a folder on a local disk that you own.',
    ],
    [
      '파일 시스템이 두 프로세스가 한 파일을 동시에 잠그는 것을 막지 못합니다',
      'TRAINYARD_HOME을 자신이 소유한 로컬 디스크의 폴더로 지정하세요.',
    ],
  ),
  FILESYSTEM_UNSUITED: finding(
    [
      'The file system refuses something that safe writing needs',
      'Set TRAINYARD_HOME to a folder on a local disk that you own.',
    ],
    [
      '안전하게 쓰는 데 필요한 일을 파일 시스템이 거부합니다',
      'TRAINYARD_HOME을 자신이 소유한 로컬 디스크의 폴더로 지정하세요.',
    ],
  ),
  CLOCK_WRONG: finding(
    [
      'The clock of this machine is wrong',
      'Set it, best by turning on time synchronisation (timedatectl set-ntp true).',
    ],
    [
      '이 컴퓨터의 시계가 틀립니다',
      '시각을 맞추세요. 시간 동기화를 켜는 것이 좋습니다(timedatectl set-ntp true).',
    ],
  ),
  CLOCK_SKEWED: finding(
    [
      'The file system stamps files with another time than this machine’s clock',
      'Synchronise both clocks, or keep the state folder on a local disk.',
    ],
    [
      '파일 시스템이 이 컴퓨터의 시계와 다른 시각을 씁니다',
      '두 시계를 맞추거나 상태 폴더를 로컬 디스크에 두세요.',
    ],
  ),
  ENGINE_SILENT: finding(
    [
      'The engine of this state folder is alive and does not answer',
      'End the process named (kill), then start again; trainings go on.',
    ],
    [
      '이 상태 폴더의 엔진이 살아 있지만 응답하지 않습니다',
      '표시된 프로세스를 끝내고(kill) 다시 시작하세요. 학습은 계속됩니다.',
    ],
  ),
  ENGINE_DIED: finding(
    [
      'The last engine of this state folder ended without stopping',
      'Start it again (trainyard serve): it takes over what was left.',
    ],
    [
      '이 상태 폴더의 지난 엔진이 정상 종료 없이 끝났습니다',
      '다시 시작하세요(trainyard serve). 남은 것을 이어받습니다.',
    ],
  ),
  POSTGRES_LEFT_RUNNING: finding(
    [
      'A dead engine left its PostgreSQL running',
      'Start the engine (trainyard serve): it takes the server over, and stops it at its own end.',
    ],
    [
      '죽은 엔진이 PostgreSQL을 남겼습니다',
      '엔진을 시작하세요(trainyard serve). 서버를 이어받아 끝날 때 멈춥니다.',
    ],
  ),
  DATABASE_UNREACHABLE: finding(
    [
      'The database does not answer',
      'Start the engine again; its log in the state folder (logs/engine.log) says why.',
    ],
    [
      '데이터베이스가 응답하지 않습니다',
      '엔진을 다시 시작하세요. 까닭은 상태 폴더의 logs/engine.log에 있습니다.',
    ],
  ),
  SCHEMA_BEHIND: finding(
    ['The database’s schema is not at this program’s revision', 'Run "trainyard db upgrade".'],
    ['데이터베이스 스키마가 이 프로그램의 리비전이 아닙니다', '"trainyard db upgrade"를 실행하세요.'],
  ),
  PORT_UNBINDABLE: finding(
    [
      'No port on 127.0.0.1 can be had',
      'Bring up the loopback interface (ip link set lo up), and allow local servers in the sandbox or firewall.',
    ],
    [
      '127.0.0.1의 포트를 쓸 수 없습니다',
      '루프백을 켜고(ip link set lo up), 샌드박스나 방화벽에서 로컬 서버를 허용하세요.',
    ],
  ),
  DNS_NAME_UNKNOWN: finding(
    [
      'The name server answers, but does not know the registry’s name: images cannot be pulled',
      'Allow the name in the name server, or bring the images by "docker load".',
    ],
    [
      '이름 서버가 응답하지만 레지스트리 이름을 몰라 이미지를 받을 수 없습니다',
      '이름 서버에서 허용하거나 "docker load"로 이미지를 옮기세요.',
    ],
  ),
  DNS_DEAD: finding(
    [
      'No name server answers: images and packages cannot be fetched',
      'Check the network and the name servers named. What is here already works without.',
    ],
    [
      '이름 서버가 응답하지 않아 이미지와 패키지를 받을 수 없습니다',
      '네트워크와 표시된 이름 서버를 확인하세요. 이미 받은 것은 그대로 작동합니다.',
    ],
  ),
  ENDPOINTS_UNKNOWN: finding(
    [
      'The addresses of the servers of the profile “external” cannot be used',
      'Give them anew (docs/profiles.md says how).',
    ],
    ['“external” 프로필의 서버 주소를 쓸 수 없습니다', '다시 지정하세요(방법은 docs/profiles.md).'],
  ),
  ENDPOINT_UNREACHABLE: finding(
    [
      'The server cannot be reached',
      'Check its address and port in the settings, whether it runs, and the firewall between.',
    ],
    ['서버에 닿을 수 없습니다', '설정의 주소와 포트, 서버가 실행 중인지, 중간의 방화벽을 확인하세요.'],
  ),
  ENDPOINT_SILENT: finding(
    [
      'The server takes the connection and never answers',
      'Look at the server: it hangs, or something else listens at its address.',
    ],
    [
      '서버가 연결을 받고 응답하지 않습니다',
      '서버를 확인하세요. 멈췄거나 그 주소에서 다른 것이 듣고 있습니다.',
    ],
  ),
  ENDPOINT_REFUSED_CREDENTIALS: finding(
    ['The server refuses the user or the password', 'Correct the credentials in the settings.'],
    ['서버가 사용자나 비밀번호를 거부합니다', '설정의 사용자와 비밀번호를 고치세요.'],
  ),
  ENDPOINT_UNTRUSTED: finding(
    [
      'The server’s certificate is not trusted',
      'Give the certificate of its authority in the settings (TLS, ca), or correct the server’s name.',
    ],
    ['서버의 인증서를 믿을 수 없습니다', '설정(TLS, ca)에 인증 기관의 인증서를 주거나 서버 이름을 고치세요.'],
  ),
  ENDPOINT_FAILED: finding(
    ['The server answers, but not as it should', 'See what it says, and its own log.'],
    ['서버가 응답하지만 올바르지 않습니다', '서버의 말과 서버의 로그를 확인하세요.'],
  ),
};
