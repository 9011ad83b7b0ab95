import type { ServiceStatus, StackStatus } from '../../shared/model/stack.ts';
import { say } from './language.ts';

const serviceStatuses: Record<ServiceStatus, () => string> = {
  absent: () => say('absent', '없음'),
  stopped: () => say('stopped', '멈춤'),
  starting: () => say('starting', '시작 중'),
  healthy: () => say('healthy', '정상'),
  unhealthy: () => say('unhealthy', '비정상'),
  failed: () => say('failed', '실패'),
};

const stackStatuses: Record<StackStatus, () => string> = {
  absent: () => say('absent', '없음'),
  stopped: () => say('stopped', '멈춤'),
  starting: () => say('starting', '시작 중'),
  running: () => say('running', '실행 중'),
  degraded: () => say('degraded', '일부만 실행 중'),
  stopping: () => say('stopping', '멈추는 중'),
  failed: () => say('failed', '실패'),
};

const steps: Readonly<Record<string, () => string>> = {
  wait: () => say('waiting for another command', '다른 명령을 기다리는 중'),
  state: () => say('damaged notes set aside', '손상된 기록을 치움'),
  recover: () => say('stack found again', '스택을 다시 찾음'),
  images: () => say('images', '이미지'),
  ports: () => say('ports', '포트'),
  create: () => say('making containers', '컨테이너 만들기'),
  start: () => say('starting', '시작'),
  probe: () => say('waiting for its answer', '응답 기다리기'),
  stop: () => say('stopping', '멈추기'),
  'remove-containers': () => say('removing containers', '컨테이너 지우기'),
  'remove-networks': () => say('removing networks', '네트워크 지우기'),
  'remove-volumes': () => say('removing volumes', '볼륨 지우기'),
  'remove-notes': () => say('removing credentials and notes', '자격 증명과 기록 지우기'),
  migrations: () => say('schema', '스키마'),
  'mongo-indexes': () => say('collections and indexes', '컬렉션과 인덱스'),
  'redis-settings': () => say('persistence', '영속성 설정'),
  buckets: () => say('buckets', '버킷'),
  'temporal-namespace': () => say('namespace', '네임스페이스'),
  'migrate-empty': () => say('emptying the target', '대상 비우기'),
  'migrate-objects': () => say('copying objects', '객체 복사'),
  'migrate-documents': () => say('copying documents', '문서 복사'),
  'migrate-database': () => say('copying rows', '행 복사'),
};

/** A service's status as people read it. */
export function serviceStatusWord(status: ServiceStatus): string {
  return serviceStatuses[status]();
}

export function stackStatusWord(status: StackStatus): string {
  return stackStatuses[status]();
}

/** A step's name as people read it; one that is not known here as it is. */
export function stepWord(step: string): string {
  return (steps[step] ?? (() => step))();
}
