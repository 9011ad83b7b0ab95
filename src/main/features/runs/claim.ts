import { randomUUID } from 'node:crypto';
import { failpoint } from '../../platform/failpoints.ts';
import type { UnitOfWork } from '../../postgres/unit-of-work.ts';
import { isUnderWay } from './decide.ts';
import type { RunDirectories } from './ports.ts';
import type { TransitionStores } from './transitions.ts';

export interface ClaimParts extends TransitionStores {
  readonly work: UnitOfWork;
  readonly directories: Pick<RunDirectories, 'folderOf'>;
  readonly machineId: string;
  /** How many attempts may be under way here at once. */
  readonly slots: () => number;
}

/** `full`: no slot is free here. `passed`: it waits no more (another engine was quicker), or another run comes first. */
export type Claim = 'claimed' | 'full' | 'passed';

/**
 * Gives a queued run its next attempt on this machine: the intent of starting it, which only this machine then follows. Of all
 * who try, one succeeds.
 */
export async function claim(parts: ClaimParts, runId: string): Promise<Claim> {
  const { runs, attempts, journal, work, machineId } = parts;
  failpoint('attempt.claim.before');
  const claimed = await work.transaction<Claim>(async (tx) => {
    await runs.lockQueue(tx);
    const run = await runs.lock(tx, runId);
    if (run?.status !== 'queued' || run.cancelRequestedAt !== null) return 'passed';
    if ((await runs.firstQueued(run.executor, machineId, tx)) !== runId) return 'passed';
    if ((await attempts.underWay(machineId, run.executor, tx)).length >= parts.slots()) return 'full';
    const newest = await attempts.newest(runId, tx);
    if (isUnderWay(newest)) return 'passed';
    const attempt = (newest?.attempt ?? 0) + 1;
    const resumedFrom = run.retryWanted?.from ?? null;
    await attempts.insert(tx, {
      id: randomUUID(),
      runId,
      attempt,
      status: 'starting',
      machineId,
      runDirectory: parts.directories.folderOf(runId, attempt),
      resumedFrom,
    });
    await runs.change(tx, runId, { retryWanted: null });
    await journal.append(tx, runId, attempt, 'attempt', {
      from: null,
      to: 'starting',
      ...(resumedFrom === null
        ? {}
        : {
            resumedFrom: { attempt: resumedFrom.attempt, epoch: resumedFrom.epoch, step: resumedFrom.step },
          }),
    });
    return 'claimed';
  });
  if (claimed === 'claimed') failpoint('attempt.claim.after');
  return claimed;
}
