/** The life of a run (a row of `workflows`) and of its attempts (rows of `workflow_runs`). */
export const runStatuses = ['pending', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof runStatuses)[number];

export const attemptStatuses = ['starting', 'running', 'completed', 'failed', 'cancelled', 'lost'] as const;
export type AttemptStatus = (typeof attemptStatuses)[number];

const runTransitions: Record<RunStatus, readonly RunStatus[]> = {
  pending: ['queued', 'failed', 'cancelled'],
  queued: ['running', 'failed', 'cancelled'],
  running: ['completed', 'failed', 'cancelled', 'queued'],
  completed: ['queued'],
  failed: ['queued'],
  cancelled: ['queued'],
};

const attemptTransitions: Record<AttemptStatus, readonly AttemptStatus[]> = {
  starting: ['running', 'completed', 'failed', 'cancelled', 'lost'],
  running: ['completed', 'failed', 'cancelled', 'lost'],
  completed: [],
  failed: [],
  cancelled: [],
  lost: [],
};

/** Whether a run may go from one status to another; staying is not a transition. */
export function mayTransition(from: RunStatus, to: RunStatus): boolean {
  return runTransitions[from].includes(to);
}

/** Whether an attempt may go from one status to another. */
export function mayTransitionAttempt(from: AttemptStatus, to: AttemptStatus): boolean {
  return attemptTransitions[from].includes(to);
}

/** A run that nothing will move any more unless a person asks for another attempt. */
export function isEnded(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** What a person may ask of a run in this status. */
export function possibleActions(
  status: RunStatus,
  hasCheckpoint: boolean,
): readonly ('cancel' | 'resume' | 'retry')[] {
  if (!isEnded(status)) return ['cancel'];
  if (status === 'completed') return ['retry'];
  return hasCheckpoint ? ['resume', 'retry'] : ['retry'];
}

/**
 * The run's status that follows from the end of its newest attempt. A lost attempt is a failure of the run: what was lost
 * can be resumed, and only a person or the recovery policy decides that.
 */
export function runStatusAfter(
  attempt: Extract<AttemptStatus, 'completed' | 'failed' | 'cancelled' | 'lost'>,
): RunStatus {
  return attempt === 'lost' ? 'failed' : attempt;
}

/** How long a trainer has to end by itself where nobody said otherwise, in milliseconds. */
export const defaultGraceMs = 10_000;

/** How many runs can be compared at once. */
export const mostCompared = 8;

/** What lists of runs can be ordered by. */
export const runSorts = [
  'createdAt',
  'name',
  'status',
  'progress',
  'durationMs',
  'score',
  'val_accuracy',
  'val_loss',
] as const;
export type RunSort = (typeof runSorts)[number];
