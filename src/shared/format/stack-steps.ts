import type { Bilingual } from '../errors/entry.ts';

/** The steps of the stack's verbs and of a migration, in words. */
const words: Readonly<Record<string, Bilingual>> = {
  wait: { en: 'waiting for another command', ko: '다른 명령 기다리기' },
  state: { en: 'setting aside damaged saved state', ko: '손상된 기록 치우기' },
  recover: { en: 'finding the stack again', ko: '스택 다시 찾기' },
  ports: { en: 'choosing free ports', ko: '빈 포트 고르기' },
  images: { en: 'looking for the images', ko: '이미지 찾기' },
  pull: { en: 'pulling the image', ko: '이미지 내려받기' },
  create: { en: 'making network, volumes and containers', ko: '네트워크, 볼륨, 컨테이너 만들기' },
  start: { en: 'starting the container', ko: '컨테이너 시작' },
  probe: { en: 'waiting until it answers', ko: '응답 기다리기' },
  stop: { en: 'stopping the containers', ko: '컨테이너 멈추기' },
  'remove-containers': { en: 'removing the containers', ko: '컨테이너 지우기' },
  'remove-networks': { en: 'removing the network', ko: '네트워크 지우기' },
  'remove-volumes': { en: 'removing the volumes and their data', ko: '볼륨과 데이터 지우기' },
  'remove-notes': { en: 'forgetting ports and passwords', ko: '포트와 비밀번호 잊기' },
  migrations: { en: 'applying migrations', ko: '마이그레이션 적용' },
  'mongo-indexes': { en: 'collections, validators and indexes', ko: '컬렉션, 검증 규칙, 인덱스' },
  'redis-settings': { en: 'persistence settings verified', ko: '영속 설정 확인' },
  buckets: { en: 'buckets, private and without versions', ko: '버킷 (비공개, 버전 없음)' },
  'temporal-namespace': { en: 'namespace and retention', ko: '네임스페이스와 보존 기간' },
  'migrate-empty': { en: 'emptying the target', ko: '옮길 곳 비우기' },
  'migrate-objects': { en: 'images, artifacts and weights', ko: '이미지, 결과물, 가중치' },
  'migrate-documents': { en: 'logs and documents', ko: '로그와 문서' },
  'migrate-database': { en: 'projects, datasets, runs and metrics', ko: '프로젝트, 데이터셋, 학습, 지표' },
};

/** A step's name as people read it; one that is not known here as it is. */
export const stackStepWords = (step: string): Bilingual => words[step] ?? { en: step, ko: step };
