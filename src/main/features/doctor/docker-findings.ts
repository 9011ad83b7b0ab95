import { type Entry, error, ok, text, warning } from './finding-entry.ts';

/** Docker itself: its Engine, its Compose, and what containers get from it. */
export const dockerFindings = {
  DOCKER_OK: ok(
    'Docker Engine answers, and is new enough.',
    'Docker Engine이 응답하고 충분히 새 버전입니다.',
  ),
  DOCKER_NOT_NEEDED: ok(
    'There is no running Docker here; the profile in use does without.',
    '실행 중인 Docker가 없지만 지금 프로필에는 필요하지 않습니다.',
  ),
  DOCKER_NOT_INSTALLED: error(
    text('Docker is not installed.', 'Docker가 설치되어 있지 않습니다.'),
    text(
      'Install Docker Engine with Compose (docs.docker.com/engine/install), or Docker Desktop.',
      'Docker Engine과 Compose를 설치하거나(docs.docker.com/engine/install) Docker Desktop을 설치하세요.',
    ),
  ),
  DOCKER_NOT_RUNNING: error(
    text('Docker Engine does not run.', 'Docker Engine이 실행 중이 아닙니다.'),
    text(
      'Start it. Where DOCKER_HOST or a Docker context names its address, check that too.',
      '시작하세요. DOCKER_HOST나 Docker 컨텍스트가 주소를 정했다면 그것도 확인하세요.',
    ),
  ),
  DOCKER_WSL_NOT_INTEGRATED: error(
    text(
      'No Docker reaches into this Linux under Windows (WSL 2).',
      'Windows의 이 Linux(WSL 2)에 Docker가 연결되어 있지 않습니다.',
    ),
    text(
      'Start Docker Desktop and switch this distribution on in Settings › Resources › WSL integration, or install Docker Engine in it.',
      'Docker Desktop을 시작해 Settings › Resources › WSL integration에서 이 배포판을 켜거나, 안에 Docker Engine을 설치하세요.',
    ),
  ),
  DOCKER_PERMISSION: error(
    text('This account may not use Docker’s socket.', '이 계정은 Docker 소켓을 쓸 권한이 없습니다.'),
    text(
      'Add the account to the socket’s group and log in again.',
      '계정을 소켓의 그룹에 넣고 다시 로그인하세요.',
    ),
  ),
  DOCKER_NOT_A_SOCKET: error(
    text(
      'Where Docker’s socket should be there is something else.',
      'Docker 소켓이 있어야 할 곳에 다른 것이 있습니다.',
    ),
    text(
      'Remove what is there and start Docker again, or correct DOCKER_HOST.',
      '그것을 지우고 Docker를 다시 시작하거나 DOCKER_HOST를 고치세요.',
    ),
  ),
  DOCKER_ADDRESS_INVALID: error(
    text(
      'The address of Docker is one that Trainyard cannot use.',
      'Trainyard가 쓸 수 없는 Docker 주소입니다.',
    ),
    text(
      'Use unix:///…, npipe:////… or tcp://host:port in DOCKER_HOST or in the Docker context; tunnel an ssh:// address to a local socket.',
      'DOCKER_HOST나 Docker 컨텍스트에 unix:///…, npipe:////…, tcp://host:port를 쓰세요. ssh:// 주소는 로컬 소켓으로 터널링하세요.',
    ),
  ),
  DOCKER_CONTEXT_UNKNOWN: error(
    text('The Docker context that is chosen is not there.', '선택한 Docker 컨텍스트가 없습니다.'),
    text(
      'List the contexts (docker context ls) and choose one of them, or undo the choice as shown above.',
      'docker context ls로 있는 컨텍스트를 확인해 다시 고르거나, 위에 표시된 대로 선택을 푸세요.',
    ),
  ),
  DOCKER_UNREACHABLE: error(
    text('The machine with Docker cannot be reached.', 'Docker가 있는 컴퓨터에 닿을 수 없습니다.'),
    text(
      'Check the address, the network and the firewall, or unset DOCKER_HOST to use the Docker of this machine.',
      '주소, 네트워크, 방화벽을 확인하거나 DOCKER_HOST를 지워 이 컴퓨터의 Docker를 쓰세요.',
    ),
  ),
  DOCKER_SILENT: error(
    text('Docker takes the connection and never answers.', 'Docker가 연결을 받고 응답하지 않습니다.'),
    text(
      'Restart Docker; "journalctl -u docker" says what it hangs on. Containers may stop meanwhile.',
      'Docker를 다시 시작하세요. 멈춘 까닭은 "journalctl -u docker"에 있습니다. 컨테이너가 잠시 멈출 수 있습니다.',
    ),
  ),
  DOCKER_STRANGE: error(
    text(
      'What answers at Docker’s address is not a Docker Engine, or answers an error.',
      'Docker 주소에서 응답하는 것이 Docker Engine이 아니거나 오류로 답합니다.',
    ),
    text('Correct DOCKER_HOST, or restart Docker.', 'DOCKER_HOST를 고치거나 Docker를 다시 시작하세요.'),
  ),
  DOCKER_TOO_OLD: error(
    text('Docker Engine is older than 20.10.', 'Docker Engine이 20.10보다 오래되었습니다.'),
    text(
      'Update Docker Engine (docs.docker.com/engine/install).',
      'Docker Engine을 업데이트하세요(docs.docker.com/engine/install).',
    ),
  ),
  DOCKER_NOT_LINUX: error(
    text(
      'Docker runs Windows containers; the stack’s are Linux containers.',
      'Docker가 Windows 컨테이너 모드입니다. 스택은 Linux 컨테이너입니다.',
    ),
    text('Switch Docker Desktop to Linux containers.', 'Docker Desktop을 Linux 컨테이너로 전환하세요.'),
    'DockerCli.exe -SwitchLinuxEngine',
  ),
  COMPOSE_OK: ok('Docker Compose is there and new enough.', 'Docker Compose가 있고 충분히 새 버전입니다.'),
  DOCKER_PROGRAM_MISSING: error(
    text('There is no docker program on the PATH.', 'PATH에 docker 프로그램이 없습니다.'),
    text(
      'Install Docker’s command line with its Compose plugin, or add its folder to the PATH.',
      'Compose 플러그인과 함께 Docker 명령을 설치하거나 그 폴더를 PATH에 넣으세요.',
    ),
  ),
  COMPOSE_MISSING: error(
    text('The docker program has no Compose plugin.', 'docker 프로그램에 Compose 플러그인이 없습니다.'),
    text(
      'Install the package docker-compose-plugin (from Docker) or docker-compose-v2 (from Ubuntu).',
      'docker-compose-plugin(Docker 제공) 또는 docker-compose-v2(Ubuntu 제공) 패키지를 설치하세요.',
    ),
  ),
  COMPOSE_TOO_OLD: error(
    text('Docker Compose is older than 2.20.', 'Docker Compose가 2.20보다 오래되었습니다.'),
    text('Update the Compose plugin.', 'Compose 플러그인을 업데이트하세요.'),
  ),
  COMPOSE_BROKEN: error(
    text('The Compose plugin is there and does not run.', 'Compose 플러그인이 있지만 실행되지 않습니다.'),
    text('Remove the file named and install the plugin again.', '표시된 파일을 지우고 다시 설치하세요.'),
  ),
  DOCKER_DISK_OK: ok(
    'There is room on the disk with Docker’s volumes.',
    'Docker 볼륨이 있는 디스크에 여유가 있습니다.',
  ),
  DOCKER_DISK_LOW: warning(
    text(
      'The disk with Docker’s volumes and images has little room left.',
      'Docker 볼륨과 이미지가 있는 디스크의 여유가 적습니다.',
    ),
    text(
      'Remove images that nothing uses: the command removes only those.',
      '쓰지 않는 이미지를 지우세요. 이 명령은 그런 이미지만 지웁니다.',
    ),
    'docker image prune',
  ),
  DOCKER_DISK_FULL: error(
    text(
      'The disk with Docker’s volumes is as good as full: databases stop writing.',
      'Docker 볼륨이 있는 디스크가 거의 가득 차 데이터베이스가 쓰지 못합니다.',
    ),
    text(
      'Remove images that nothing uses (the command removes only those), or give Docker a larger disk.',
      '쓰지 않는 이미지를 지우거나(이 명령은 그런 이미지만 지웁니다) Docker에 더 큰 디스크를 주세요.',
    ),
    'docker image prune',
  ),
  CONTAINERS_OK: ok('Containers start, run and go.', '컨테이너가 시작되고 실행되고 사라집니다.'),
  CONTAINERS_UNTESTED: warning(
    text('No image is here to try a container with.', '컨테이너를 시험해 볼 이미지가 없습니다.'),
    text('Pull the stack’s images, as "stack up" does.', '"stack up"처럼 스택의 이미지를 받으세요.'),
    'trainyard stack up',
  ),
  CONTAINERS_BROKEN: error(
    text('Docker does not run a container.', 'Docker가 컨테이너를 실행하지 못합니다.'),
    text(
      'See what it says; restarting Docker fixes a stuck one.',
      '내용을 보세요. 멈춘 것이라면 Docker를 다시 시작하면 낫습니다.',
    ),
  ),
  CONTAINER_CLOCK_OK: ok('Containers have this machine’s time.', '컨테이너의 시각이 맞습니다.'),
  CONTAINER_CLOCK_SKEWED: warning(
    text(
      'The clock of the containers is some seconds off this machine’s.',
      '컨테이너의 시계가 이 컴퓨터와 몇 초 다릅니다.',
    ),
    text(
      'Synchronise both clocks; restart Docker Desktop or WSL (wsl --shutdown) where Docker lives in a virtual machine.',
      '두 시계를 맞추세요. Docker가 가상 머신에 있으면 Docker Desktop이나 WSL(wsl --shutdown)을 다시 시작하세요.',
    ),
  ),
  CONTAINER_CLOCK_WRONG: error(
    text(
      'The clock of the containers is far off this machine’s: signatures and lifetimes fail.',
      '컨테이너의 시계가 크게 달라 서명과 유효 기간이 맞지 않습니다.',
    ),
    text(
      'Synchronise both clocks; restart Docker Desktop or WSL (wsl --shutdown) where Docker lives in a virtual machine.',
      '두 시계를 맞추세요. Docker가 가상 머신에 있으면 Docker Desktop이나 WSL(wsl --shutdown)을 다시 시작하세요.',
    ),
  ),
  CONTAINER_SHM_OK: ok('Containers have shared memory.', '컨테이너에 공유 메모리가 있습니다.'),
  CONTAINER_SHM_SMALL: warning(
    text(
      'Docker gives containers less shared memory than its usual 64 MiB.',
      'Docker가 컨테이너에 평소의 64 MiB보다 적은 공유 메모리를 줍니다.',
    ),
    text(
      'Raise "default-shm-size" in /etc/docker/daemon.json and restart Docker.',
      '/etc/docker/daemon.json의 "default-shm-size"를 올리고 Docker를 다시 시작하세요.',
    ),
  ),
  DOCTOR_LEFTOVERS_REMOVED: ok(
    'Containers of a doctor that was cut off were removed.',
    '중단된 점검이 남긴 컨테이너를 지웠습니다.',
  ),
} as const satisfies Record<string, Entry>;
