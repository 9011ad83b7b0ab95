import type { Bilingual } from '../errors/entry.ts';
import type { TaskType } from '../model/training-config.ts';

/** The tasks, as they stand in a sentence. */
export const taskWords: Readonly<Record<TaskType, Bilingual>> = {
  classification: { en: 'classification', ko: '분류' },
  detection: { en: 'detection', ko: '탐지' },
  segmentation: { en: 'segmentation', ko: '분할' },
};
