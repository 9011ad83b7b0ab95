import type { Bilingual } from '../errors/entry.ts';

/** The status of a run, an attempt or a dataset, in words. */
export const statusWords = {
  pending: { en: 'pending', ko: '대기' },
  queued: { en: 'queued', ko: '대기열' },
  starting: { en: 'starting', ko: '시작 중' },
  running: { en: 'running', ko: '실행 중' },
  completed: { en: 'completed', ko: '완료' },
  failed: { en: 'failed', ko: '실패' },
  cancelled: { en: 'cancelled', ko: '취소됨' },
  lost: { en: 'lost', ko: '잃음' },
  processing: { en: 'processing', ko: '처리 중' },
  ready: { en: 'ready', ko: '준비됨' },
  error: { en: 'error', ko: '오류' },
  archived: { en: 'archived', ko: '보관됨' },
} as const satisfies Record<string, Bilingual>;
