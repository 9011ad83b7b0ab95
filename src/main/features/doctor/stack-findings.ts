import { type Entry, error, ok, text, warning } from './finding-entry.ts';

/** What the stack of the state folder needs of the machine, and what is left of it. */
export const stackFindings = {
  STACK_STATE_OK: ok('The stack’s own notes can be read.', '스택의 기록을 읽을 수 있습니다.'),
  STACK_STATE_NONE: ok('This state folder has no stack yet.', '이 상태 폴더에는 아직 스택이 없습니다.'),
  STACK_STATE_DAMAGED: error(
    text(
      'The stack’s notes in the state folder do not hold what Trainyard wrote there.',
      '상태 폴더의 스택 기록이 Trainyard가 쓴 것과 다릅니다.',
    ),
    text(
      'Move the file away and start the stack: it is found again by its labels, and nothing in it is lost.',
      '파일을 치우고 스택을 시작하세요. 라벨로 다시 찾으며 데이터는 그대로입니다.',
    ),
  ),
  STACK_SECRETS_OPEN: warning(
    text('Other accounts can read the stack’s secrets.', '다른 계정이 스택의 비밀을 읽을 수 있습니다.'),
    text('Close the folder named.', '표시된 폴더를 닫으세요.'),
  ),
  STACK_MEMORY_OK: ok('Docker has enough memory for the stack.', '스택에 충분한 메모리가 Docker에 있습니다.'),
  STACK_MEMORY_SHORT: error(
    text(
      'Docker has less memory than the stack’s services need: they would be killed.',
      'Docker의 메모리가 스택에 필요한 것보다 적어 서비스가 강제로 끝납니다.',
    ),
    text(
      'Give the machine (or Docker Desktop: Settings › Resources, WSL: memory in .wslconfig) more memory.',
      '컴퓨터에 메모리를 늘리세요(Docker Desktop: Settings › Resources, WSL: .wslconfig의 memory).',
    ),
  ),
  STACK_PORTS_OK: ok('The stack’s ports are free, or its own.', '스택의 포트가 비어 있거나 스택의 것입니다.'),
  STACK_PORT_TAKEN: error(
    text('Another program listens on a port of the stack.', '다른 프로그램이 스택의 포트를 쓰고 있습니다.'),
    text(
      'End the program named, or let it use another port.',
      '표시된 프로그램을 끝내거나 다른 포트를 쓰게 하세요.',
    ),
  ),
  STACK_PORT_HELD_BY_CONTAINER: error(
    text(
      'A container that is not the stack’s holds a port of the stack.',
      '스택의 것이 아닌 컨테이너가 스택의 포트를 쓰고 있습니다.',
    ),
    text(
      'Stop the container named, or publish another port there.',
      '표시된 컨테이너를 멈추거나 다른 포트로 여세요.',
    ),
  ),
  STACK_VOLUME_OK: ok(
    'The database’s volume is of the server’s version.',
    '데이터베이스 볼륨이 서버 버전과 맞습니다.',
  ),
  STACK_VOLUME_WRONG_VERSION: error(
    text(
      'The database’s volume was written by another major version of PostgreSQL: the server will not start on it.',
      '데이터베이스 볼륨을 PostgreSQL의 다른 주 버전이 써서 서버가 시작되지 않습니다.',
    ),
    text(
      'Use the image of that version for PostgreSQL again, and move the data by a dump; the volume stays as it is.',
      'PostgreSQL을 그 버전의 이미지로 되돌리고 덤프로 옮기세요. 볼륨은 그대로 있습니다.',
    ),
  ),
  STACK_IMAGES_OK: ok('The stack’s images are here.', '스택의 이미지가 모두 있습니다.'),
  STACK_IMAGES_TO_PULL: ok(
    'Images of the stack are not here yet; their registry can be reached.',
    '아직 없는 스택 이미지가 있고, 레지스트리에 닿습니다.',
  ),
  STACK_IMAGE_MISSING_OFFLINE: error(
    text(
      'An image of the stack is not here, and its registry cannot be reached.',
      '스택의 이미지가 없고 레지스트리에도 닿지 않습니다.',
    ),
    text(
      'Connect this machine once, or bring the image from another one ("docker save", "docker load").',
      '한 번 네트워크에 연결하거나 다른 컴퓨터에서 이미지를 옮기세요("docker save", "docker load").',
    ),
  ),
} as const satisfies Record<string, Entry>;
