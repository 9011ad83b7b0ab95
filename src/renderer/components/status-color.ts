import type { RunStatus } from '../../shared/model/run.ts';

const colors: Record<RunStatus, string> = {
  pending: 'yellow',
  queued: 'yellow',
  running: 'blue',
  completed: 'green.7',
  failed: 'red',
  cancelled: 'gray',
};

/** The colour of a run's progress bar. */
export function statusColor(status: RunStatus): string {
  return colors[status];
}
