/** 스택(Docker의 다섯 서비스)의 문제. */
export const stackCodes = {
  DOCKER_NOT_RUNNING: {
    message: 'Docker Engine이 실행 중이 아닙니다',
    hint: '시작하세요: sudo systemctl start docker (또는 Docker Desktop)',
  },
  DOCKER_PERMISSION: {
    message: '이 계정은 Docker 소켓을 쓸 권한이 없습니다',
    hint: '소켓의 그룹에 계정을 넣고 다시 로그인하세요: sudo usermod -aG docker "$USER"',
  },
  DOCKER_UNREACHABLE: {
    message: 'Docker가 있는 컴퓨터에 닿을 수 없습니다',
    hint: 'DOCKER_HOST와 네트워크를 확인하거나 이 컴퓨터의 Docker를 쓰세요: unset DOCKER_HOST',
  },
  DOCKER_SILENT: {
    message: 'Docker Engine이 연결을 끊었습니다',
    hint: '다시 시작하는 중인지 보고 다시 해 보세요: docker info',
  },
  DOCKER_ADDRESS_INVALID: {
    message: 'Trainyard가 쓸 수 없는 Docker 주소입니다',
    hint: 'DOCKER_HOST에 unix:///…, npipe:////…, tcp://호스트:포트를 쓰거나 지우세요.',
  },
  DOCKER_CONTEXT_UNKNOWN: {
    message: '선택한 Docker 컨텍스트가 없습니다',
    hint: '있는 컨텍스트를 확인하거나(docker context ls) 선택을 푸세요: unset DOCKER_CONTEXT',
  },
  DOCKER_REFUSED: {
    message: 'Docker가 거절했습니다',
    hint: 'Docker가 말한 것을 고치거나, 다른 문제가 있는지 보세요: trainyard doctor',
  },
  DOCKER_NETWORKS_USED_UP: {
    message: 'Docker에 스택의 네트워크에 쓸 주소 범위가 남지 않았습니다',
    hint: '쓰지 않는 네트워크를 지우세요: docker network prune',
  },
  DOCKER_PROGRAM_MISSING: {
    message: 'PATH에 docker 프로그램이 없습니다. 스택은 "docker compose"로 만듭니다',
    hint: 'Compose 플러그인과 함께 Docker 명령을 설치하세요: sudo apt install docker-ce-cli docker-compose-plugin',
  },
  DOCKER_COMPOSE_MISSING: {
    message: 'docker 프로그램에 Compose 플러그인이 없습니다',
    hint: '설치하세요: sudo apt install docker-compose-plugin (Docker 제공) 또는 docker-compose-v2 (Ubuntu 제공)',
  },
  COMPOSE_TIMEOUT: {
    message: 'docker compose가 제시간에 끝나지 않았습니다',
    hint: 'Docker가 멈춰 있는지 보고 다시 해 보세요: docker info',
  },
  COMPOSE_FAILED: {
    message: 'docker compose가 거절했습니다',
    hint: '말한 것을 고치거나, 다른 문제가 있는지 보세요: trainyard doctor',
  },
  IMAGE_MISSING: {
    message: '서비스의 이미지가 없고 레지스트리에도 닿을 수 없습니다',
    hint: '네트워크에 연결해 다시 하거나, 다른 컴퓨터에서 이미지를 옮기세요(docker save, docker load).',
  },
  IMAGE_PULL_FAILED: {
    message: '서비스의 이미지를 받지 못했습니다',
    hint: '이름을 고치거나 레지스트리에 로그인하세요. 다른 이미지는 TRAINYARD_<서비스>_IMAGE로 정합니다.',
  },
  NAME_TAKEN: {
    message: '같은 이름이면서 이 스택의 것이 아닌 것이 있습니다. 건드리지 않았습니다',
    hint: '자기 것이면 지우거나 이름을 바꾸고 다시 시작하세요: trainyard stack up',
  },
  PORTS_USED_UP: {
    message: '이 컴퓨터에 비어 있는 포트가 없습니다',
    hint: '많은 포트를 쓰는 프로그램을 끝내세요: ss -ltnp',
  },
  SERVICE_NOT_STARTED: {
    message: 'Docker가 서비스를 시작하지 못했습니다',
    hint: 'Docker가 말한 것을 고치거나, 다른 문제가 있는지 보세요: trainyard doctor',
  },
  SERVICE_CRASHED: {
    message: '서비스가 스스로 끝났습니다',
    hint: '까닭은 그 로그에 있습니다: trainyard stack logs',
  },
  SERVICE_OUT_OF_MEMORY: {
    message: '서비스가 메모리 한도를 넘어 강제로 끝났습니다',
    hint: '더 주세요: TRAINYARD_<서비스>_MEMORY=2g trainyard stack up',
  },
  SERVICE_TIMEOUT: {
    message: '서비스가 실행 중이지만 제시간에 응답하지 않았습니다',
    hint: '무엇을 하는지 보세요: trainyard stack logs',
  },
  SERVICE_STOPPED: {
    message: '시작하는 동안 누군가 서비스를 멈추었습니다',
    hint: '다시 시작하세요: trainyard stack up',
  },
  SERVICE_REFUSES_CREDENTIALS: {
    message: '서비스가 스택의 비밀번호를 받지 않습니다. 볼륨이 다른 비밀번호로 만들어졌습니다',
    hint: '상태 폴더의 stack/secrets를 백업에서 되돌리거나, 그 서비스를 새로 시작하세요: trainyard stack destroy',
  },
  VOLUME_VERSION: {
    message: '다른 주 버전이 쓴 데이터라서 서버가 받지 않습니다',
    hint: '데이터는 그대로입니다. 그 버전의 이미지를 쓰세요: TRAINYARD_<서비스>_IMAGE=이름:버전 trainyard stack up',
  },
  STACK_ABSENT: {
    message: '이 상태 폴더에는 스택이 없습니다',
    hint: '만드세요: trainyard stack up',
  },
  STACK_NAME_WRONG: {
    message: '스택의 이름이 다릅니다. 아무것도 지우지 않았습니다',
    hint: '모든 데이터와 함께 지우려면 스택의 이름을 그대로 쓰세요.',
  },
  STACK_OBJECT_IN_USE: {
    message: '스택의 볼륨이나 네트워크를 스택이 아닌 것이 쓰고 있습니다',
    hint: '그것을 쓰는 컨테이너를 지우고 다시 하세요.',
  },
  STACK_CREDENTIALS_LOST: {
    message: '스택의 비밀번호가 상태 폴더에도 복구 볼륨에도 없습니다. 데이터는 아직 있습니다',
    hint: 'stack/secrets 폴더를 백업에서 되돌리세요. 데이터를 버리려면: trainyard stack destroy',
  },
  STACK_SETTING_INVALID: {
    message: '스택의 환경 변수 값이 올바르지 않습니다',
    hint: '값을 고치거나 변수를 지우세요.',
  },
  STACK_STATE_CORRUPT: {
    message: '스택의 기록이 손상되어 옆에 옮겨 두고, 라벨과 복구 볼륨에서 다시 찾았습니다',
    hint: '할 일은 없습니다. 옮겨 둔 파일은 지워도 됩니다.',
  },
  STACK_CANCELLED: {
    message: '시작이 중단되었습니다',
    hint: '멈춘 곳에서 이어 가세요: trainyard stack up',
  },
} as const;
