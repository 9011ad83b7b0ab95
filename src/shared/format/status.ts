import type { Bilingual } from '../errors/entry.ts';

/** The status of a run, an attempt, a dataset, a service or the stack, and what an import is at, in words. */
export const statusWords = {
  pending: { en: 'pending', ko: '준비 중' },
  queued: { en: 'queued', ko: '대기 중' },
  starting: { en: 'starting', ko: '시작 중' },
  running: { en: 'running', ko: '실행 중' },
  completed: { en: 'completed', ko: '완료' },
  failed: { en: 'failed', ko: '실패' },
  cancelled: { en: 'cancelled', ko: '취소됨' },
  lost: { en: 'lost', ko: '유실' },
  processing: { en: 'processing', ko: '처리 중' },
  ready: { en: 'ready', ko: '준비됨' },
  error: { en: 'error', ko: '실패' },
  archived: { en: 'archived', ko: '보관됨' },
  absent: { en: 'absent', ko: '없음' },
  stopped: { en: 'stopped', ko: '멈춤' },
  healthy: { en: 'healthy', ko: '정상' },
  unhealthy: { en: 'unhealthy', ko: '비정상' },
  degraded: { en: 'degraded', ko: '일부만 실행 중' },
  stopping: { en: 'stopping', ko: '멈추는 중' },
  counting: { en: 'counting', ko: '세는 중' },
  validating: { en: 'checking', ko: '검사 중' },
  storing: { en: 'storing', ko: '저장 중' },
  downloading: { en: 'downloading', ko: '내려받는 중' },
  removing: { en: 'removing', ko: '지우는 중' },
  committing: { en: 'finishing', ko: '마무리 중' },
  cancelling: { en: 'cancelling', ko: '취소하는 중' },
  done: { en: 'done', ko: '완료' },
} as const satisfies Record<string, Bilingual>;

/** What ended an attempt, in words, where it is no status. */
const causeWords = {
  cancel_requested: { en: 'cancel requested', ko: '취소 요청' },
  out_of_memory: { en: 'out of memory', ko: '메모리 부족' },
  no_result: { en: 'no result', ko: '결과 없음' },
  disk_full: { en: 'disk full', ko: '디스크 부족' },
  signalled: { en: 'ended by a signal', ko: '신호로 끝남' },
  spawn_failed: { en: 'not started', ko: '시작하지 못함' },
  not_started: { en: 'not started', ko: '시작하지 못함' },
  supervisor_lost: { en: 'supervisor lost', ko: '감독 프로세스 유실' },
  record_unreadable: { en: 'record unreadable', ko: '종료 기록을 읽을 수 없음' },
} as const satisfies Record<string, Bilingual>;

const words: Readonly<Record<string, Bilingual>> = { ...statusWords, ...causeWords };

/** A status, or what ended an attempt, as people read it; one that is not known here as it is. */
export const wordsOfStatus = (status: string): Bilingual => words[status] ?? { en: status, ko: status };
