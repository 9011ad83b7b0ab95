import type { StackEvent } from '../../shared/contract/stack.ts';
import type { Bilingual } from '../../shared/errors/entry.ts';
import { TrainyardError } from '../../shared/errors/error.ts';
import type { ServiceName } from '../../shared/model/stack.ts';

/** An event of a running verb, before it is numbered. */
export type StackProgress = StackEvent extends infer One
  ? One extends StackEvent
    ? Omit<One, 'seq' | 'time' | 'operation'>
    : never
  : never;

export type OnProgress = (event: StackProgress) => void;

/** What was seen or done in a step: names and numbers, or words in both languages. */
export type StepDetail = string | Bilingual;

/** The fields of an event that say it. */
export const detailOf = (seen: StepDetail) =>
  typeof seen === 'string' ? { detail: seen } : { detail: seen.en, detailKo: seen.ko };

/**
 * Does a step of a verb, and reports that it began and how it ended. `work` returns what was seen or done, and may report its progress
 * meanwhile.
 */
export async function reportStep(
  onProgress: OnProgress,
  step: string,
  service: ServiceName | null,
  work: (onDetail: (seen: StepDetail) => void) => Promise<StepDetail>,
): Promise<void> {
  const begun = performance.now();
  const report = (status: 'running' | 'done' | 'failed', seen: StepDetail) => {
    const durationMs = status === 'running' ? null : Math.round((performance.now() - begun) * 10) / 10;
    onProgress({ type: 'step', step, service, status, ...detailOf(seen), durationMs });
  };
  report('running', '');
  try {
    report('done', await work((seen) => report('running', seen)));
  } catch (error) {
    report('failed', error instanceof TrainyardError ? error.code : '');
    throw error;
  }
}
