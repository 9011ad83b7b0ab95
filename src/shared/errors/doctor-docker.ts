import { finding } from './finding.ts';

/** What the doctor finds wrong with Docker, with what the stack needs of it, and with NVIDIA's cards. */
export const doctorDockerErrors = {
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
};
