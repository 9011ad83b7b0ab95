import type { RunStatus } from '../model/run.ts';
import { type Bilingual, entry } from './entry.ts';

/** Errors of runs and their attempts. */
export const runErrors = {
  RUN_NOT_FOUND: entry(404, {
    field: 'run',
    en: ['There is no run {run}', 'Look the id up in the list of runs.'],
    ko: ['학습 {run}{run|을|를} 찾을 수 없습니다', '학습 목록에서 ID를 확인하세요.'],
  }),
  CONFLICT: entry(409, {
    field: 'run',
    en: ['The run "{name}" is {status}: it cannot be {wanted}', 'Possible now: {possible}.'],
    ko: ['"{name}" 학습은 {status} 상태라서 {wanted} 수 없습니다', '지금 할 수 있는 것: {possible}.'],
  }),
  RUN_CHECKPOINT_MISSING: entry(409, {
    field: 'run',
    en: [
      'The run "{name}" has no checkpoint to go on from ({why})',
      'Possible now: retry, which trains from the start.',
    ],
    ko: [
      '"{name}" 학습에는 이어서 학습할 체크포인트가 없습니다({why})',
      '처음부터 다시 학습(retry)할 수 있습니다.',
    ],
  }),
  RUN_DATASET_REMOVED: entry(409, {
    field: 'run',
    en: ['The dataset of the run "{name}" was removed', 'Import the dataset again and queue a new run.'],
    ko: ['"{name}" 학습의 데이터셋이 삭제되었습니다', '데이터셋을 다시 가져와 새로 학습하세요.'],
  }),
};

/** What was asked of a run, as it stands in a sentence of CONFLICT. */
export const runRequests = {
  cancel: { en: 'cancelled', ko: '취소할' },
  resume: { en: 'resumed', ko: '이어서 학습할' },
  retry: { en: 'retried', ko: '다시 학습할' },
  remove: { en: 'removed', ko: '삭제할' },
} as const satisfies Record<string, Bilingual>;

export const statusWords = {
  pending: { en: 'pending', ko: '대기' },
  queued: { en: 'queued', ko: '대기열' },
  running: { en: 'running', ko: '학습 중' },
  completed: { en: 'completed', ko: '완료' },
  failed: { en: 'failed', ko: '실패' },
  cancelled: { en: 'cancelled', ko: '취소됨' },
} as const satisfies Record<RunStatus, Bilingual>;
