import { translate } from '../lib/language.ts';

const steps: Readonly<Record<string, () => string>> = {
  wait: () => translate('waiting for another command', '다른 명령을 기다리는 중'),
  state: () => translate('damaged notes set aside', '손상된 기록을 치움'),
  recover: () => translate('stack found again', '스택을 다시 찾음'),
  images: () => translate('images', '이미지'),
  ports: () => translate('ports', '포트'),
  create: () => translate('making containers', '컨테이너 만들기'),
  start: () => translate('starting', '시작'),
  probe: () => translate('waiting for its answer', '응답 기다리기'),
  stop: () => translate('stopping', '멈추기'),
  'remove-containers': () => translate('removing containers', '컨테이너 지우기'),
  'remove-networks': () => translate('removing networks', '네트워크 지우기'),
  'remove-volumes': () => translate('removing volumes', '볼륨 지우기'),
  'remove-notes': () => translate('removing credentials and notes', '자격 증명과 기록 지우기'),
  migrations: () => translate('schema', '스키마'),
  'mongo-indexes': () => translate('collections and indexes', '컬렉션과 인덱스'),
  'redis-settings': () => translate('persistence', '영속성 설정'),
  buckets: () => translate('buckets', '버킷'),
  'temporal-namespace': () => translate('namespace', '네임스페이스'),
  'migrate-empty': () => translate('emptying the target', '대상 비우기'),
  'migrate-objects': () => translate('copying objects', '객체 복사'),
  'migrate-documents': () => translate('copying documents', '문서 복사'),
  'migrate-database': () => translate('copying rows', '행 복사'),
};

/** A step's name as people read it; one that is not known here as it is. */
export function stepWord(step: string): string {
  return (steps[step] ?? (() => step))();
}

/** What verbs print with `--json`. */
export const stateShape =
  '{"status", "profile", "name", "services": [{"name", "status", "endpoint", "image", …}]}';
export const progressShape = (last: string) =>
  `${translate('lines of progress, the last line:', '진행 상황 여러 줄, 마지막 줄:')} ${last}`;
