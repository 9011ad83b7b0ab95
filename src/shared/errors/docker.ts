import { failure, unavailable } from './entry.ts';

/** What is wrong with Docker itself, for whoever wants to use it: the stack's verbs and the doctor. */
export const dockerErrors = {
  DOCKER_NOT_RUNNING: unavailable(
    'Docker Engine is not running: nothing answers at {url}',
    'Start it: {how}',
    'Docker Engine이 실행 중이 아닙니다. {url}에서 응답이 없습니다',
    '시작하세요: {how}',
  ),
  DOCKER_PERMISSION: unavailable(
    "The account {account} may not use Docker's socket {url}",
    "Add it to the socket's group and log in again: {command}",
    '{account} 계정에는 Docker 소켓 {url}{url|을|를} 쓸 권한이 없습니다',
    '소켓의 그룹에 계정을 넣고 다시 로그인하세요: {command}',
  ),
  DOCKER_UNREACHABLE: unavailable(
    'The machine with Docker can’t be reached at {url}',
    'Check DOCKER_HOST and the network, or use the Docker of this machine: unset DOCKER_HOST',
    'Docker가 있는 컴퓨터({url})에 닿을 수 없습니다',
    'DOCKER_HOST와 네트워크를 확인하거나 이 컴퓨터의 Docker를 쓰세요: unset DOCKER_HOST',
  ),
  DOCKER_SILENT: unavailable(
    'Docker Engine at {url} closed the connection, or accepts it but does not answer',
    'Check whether it is restarting, and what its log says (journalctl -u docker). Then try again: docker info',
    'Docker Engine({url})이 연결을 끊었거나, 연결을 받고도 응답하지 않습니다',
    '다시 시작하는 중인지, 로그(journalctl -u docker)에 멈춘 원인이 있는지 확인하고 다시 시도하세요: docker info',
  ),
  DOCKER_ADDRESS_INVALID: unavailable(
    'Trainyard cannot use the address of Docker "{url}" ({source}): {why}',
    'Set DOCKER_HOST to unix:///…, npipe:////… or tcp://host:port (tunnel an ssh:// address to a local socket), or unset it; with DOCKER_TLS_VERIFY, put ca.pem, cert.pem and key.pem into DOCKER_CERT_PATH.',
    'Trainyard가 쓸 수 없는 Docker 주소 "{url}"입니다({source}): {why}',
    'DOCKER_HOST에 unix:///…, npipe:////…, tcp://호스트:포트를 쓰거나(ssh:// 주소는 로컬 소켓으로 터널링) 지우세요. DOCKER_TLS_VERIFY를 쓴다면 DOCKER_CERT_PATH에 ca.pem, cert.pem, key.pem을 두세요.',
  ),
  DOCKER_CONTEXT_UNKNOWN: unavailable(
    '{namedBy}, but Docker has no context of this name',
    'See which there are ("docker context ls"), or go back to the Docker of this machine: {command}',
    '{namedBy} 컨텍스트가 Docker에 없습니다',
    '있는 컨텍스트를 확인하거나("docker context ls") 이 컴퓨터의 Docker로 돌아가세요: {command}',
    'DOCKER_CONTEXT',
  ),
  DOCKER_REFUSED: failure(
    'Docker refused: {said}',
    'Fix what it says, or see what else is wrong: trainyard doctor',
    'Docker가 거절했습니다: {said}',
    '말한 것을 고치거나, 다른 문제가 있는지 확인하세요: trainyard doctor',
  ),
  CONTAINER_PROGRAM_FAILED: failure(
    'The program {program} failed in its container ({code}): {said}',
    'See what the server says, then try again: trainyard stack logs postgres',
    '컨테이너에서 {program} 실행에 실패했습니다({code}): {said}',
    '서버 로그를 확인한 뒤 다시 하세요: trainyard stack logs postgres',
  ),
  DOCKER_NETWORKS_USED_UP: unavailable(
    'Docker has no address range left for the stack’s network',
    'Remove networks that nothing uses: docker network prune',
    'Docker에 스택의 네트워크에 쓸 주소 범위가 남지 않았습니다',
    '쓰지 않는 네트워크를 지우세요: docker network prune',
  ),
  DOCKER_PROGRAM_MISSING: unavailable(
    'There is no docker program on the PATH. The stack needs "docker compose"',
    "Install Docker's command line with its Compose plugin: sudo apt install docker-ce-cli docker-compose-plugin",
    'PATH에 docker 프로그램이 없습니다. 스택은 "docker compose"로 만듭니다',
    'Compose 플러그인과 함께 Docker 명령을 설치하세요: sudo apt install docker-ce-cli docker-compose-plugin',
  ),
  COMPOSE_MISSING: unavailable(
    'The docker program has no Compose plugin. The stack needs "docker compose"',
    'Install it: sudo apt install docker-compose-plugin (from Docker) or docker-compose-v2 (from Ubuntu)',
    'docker 프로그램에 Compose 플러그인이 없습니다. 스택은 "docker compose"로 만듭니다',
    '설치하세요: sudo apt install docker-compose-plugin (Docker 제공) 또는 docker-compose-v2 (Ubuntu 제공)',
  ),
  COMPOSE_TIMEOUT: unavailable(
    'docker compose did not finish within {seconds} s',
    'Check whether Docker hangs, then try again: docker info',
    'docker compose가 {seconds}초가 지나도 끝나지 않았습니다',
    'Docker가 멈춰 있는지 확인하고 다시 시도하세요: docker info',
  ),
  COMPOSE_FAILED: failure(
    'docker compose refused: {said}',
    'Fix what it says, or see what else is wrong: trainyard doctor',
    'docker compose가 거절했습니다: {said}',
    '말한 것을 고치거나, 다른 문제가 있는지 확인하세요: trainyard doctor',
  ),
};
