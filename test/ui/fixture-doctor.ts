import type { Finding } from '../../src/shared/contract/system.ts';

type Text = readonly [en: string, ko: string];
type Part = Pick<Finding, 'code' | 'severity' | 'group' | 'evidence'> & {
  readonly cause: Text;
  readonly hint?: Text;
  readonly command?: string;
};

const findings: readonly Part[] = [
  {
    code: 'NODE_OK',
    severity: 'ok',
    group: 'machine',
    cause: [
      'The Node that Trainyard runs on is new enough.',
      'Trainyard가 쓰는 Node가 충분히 새 버전입니다.',
    ],
    evidence: 'v24.21.0',
  },
  {
    code: 'MEMORY_OK',
    severity: 'ok',
    group: 'machine',
    cause: ['There is enough memory.', '메모리가 충분합니다.'],
    evidence: '41.2 GB of 64 GB free',
  },
  {
    code: 'SHM_SMALL',
    severity: 'warning',
    group: 'machine',
    cause: ['The shared memory is small for data loaders.', '데이터 로더에 쓸 공유 메모리가 작습니다.'],
    evidence: '/dev/shm: 64 MB',
    hint: ['Make it larger until the next boot.', '다음 부팅까지 크게 늘리세요.'],
    command: 'sudo mount -o remount,size=8G /dev/shm',
  },
  {
    code: 'HOME_OK',
    severity: 'ok',
    group: 'state',
    cause: ['The state folder can be written.', '상태 폴더에 쓸 수 있습니다.'],
    evidence: '/home/kim/.local/share/trainyard',
  },
  {
    code: 'DISK_OK',
    severity: 'ok',
    group: 'state',
    cause: ['There is room on the disk.', '디스크에 공간이 있습니다.'],
    evidence: '412 GB free at /home/kim/.local/share/trainyard',
  },
  {
    code: 'DOCKER_OK',
    severity: 'ok',
    group: 'docker',
    cause: ['Docker answers and is new enough.', 'Docker가 응답하고 충분히 새 버전입니다.'],
    evidence: 'Docker 28.5.1, Compose 2.40.0, unix:///var/run/docker.sock',
  },
  {
    code: 'DOCKER_PORT_TAKEN',
    severity: 'error',
    group: 'docker',
    cause: [
      'A port of the stack is taken by another program.',
      '스택의 포트를 다른 프로그램이 쓰고 있습니다.',
    ],
    evidence:
      '127.0.0.1:15432 LISTEN\npid 31337 /usr/lib/postgresql/16/bin/postgres -D /var/lib/postgresql/16/main',
    hint: [
      'Stop that program, or free the port and start the stack again: it chooses another one.',
      '그 프로그램을 멈추거나 포트를 비운 뒤 스택을 다시 시작하세요. 다른 포트를 고릅니다.',
    ],
    command: 'sudo systemctl stop postgresql@16-main',
  },
  {
    code: 'DOCKER_IMAGES_OK',
    severity: 'ok',
    group: 'docker',
    cause: ['All images of the stack are here.', '스택의 이미지가 모두 있습니다.'],
    evidence:
      'postgres:17\nmongo:8\nredis:8\npgsty/silo:RELEASE.2026-09-03T13-18-01Z\ntemporalio/temporal:latest',
  },
  {
    code: 'GPU_DRIVER_MISSING',
    severity: 'error',
    group: 'nvidia',
    cause: ['No NVIDIA driver answers.', 'NVIDIA 드라이버가 응답하지 않습니다.'],
    evidence: 'nvidia-smi: command not found',
    hint: ['Install the driver and restart the machine.', '드라이버를 설치하고 컴퓨터를 다시 시작하세요.'],
    command: 'sudo ubuntu-drivers install',
  },
  {
    code: 'DNS_OK',
    severity: 'ok',
    group: 'network',
    cause: ['Names are resolved.', '이름을 찾을 수 있습니다.'],
    evidence: 'example.org: 2 addresses in 21 ms',
  },
];

/** The doctor's report in a language. */
export function fixtureDoctor(language: 'en' | 'ko'): { ok: boolean; findings: Finding[] } {
  const at = language === 'ko' ? 1 : 0;
  return {
    ok: false,
    findings: findings.map(({ cause, hint, command, ...finding }) => ({
      ...finding,
      cause: cause[at],
      hint: hint?.[at] ?? '',
      command: command ?? null,
    })),
  };
}
