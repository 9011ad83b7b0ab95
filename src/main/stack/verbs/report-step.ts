import { TrainyardError } from '../../../shared/errors/error.ts';
import type { ServiceName } from '../../../shared/model/stack.ts';
import type { OnProgress } from '../../platform/progress.ts';

/** Does a step of a verb, and tells that it began and how it ended. `work` answers what was seen or done. */
export async function reportStep(
  onProgress: OnProgress,
  step: string,
  service: ServiceName | null,
  work: () => Promise<string>,
): Promise<void> {
  const begun = performance.now();
  const report = (status: 'running' | 'done' | 'failed', detail: string, durationMs: number | null) =>
    onProgress({ type: 'step', step, service, status, detail, durationMs });
  const duration = () => Math.round((performance.now() - begun) * 10) / 10;
  report('running', '', null);
  try {
    report('done', await work(), duration());
  } catch (error) {
    report('failed', error instanceof TrainyardError ? error.code : '', duration());
    throw error;
  }
}
