import { readdirSync, readFileSync } from 'node:fs';
import { hasCode } from '../../../platform/error-code.ts';
import { until } from '../../../platform/waiting.ts';
import { endRunCgroup } from './run-cgroup.ts';

/** Set for a trainer, and so for all that it starts: the run directory, by which they are known whatever session they made for themselves. */
export const runDirectoryVariable = 'TRAINYARD_RUN_DIRECTORY';

interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** In ticks since the machine started: with the id it names one process for ever, the id alone does not. */
  readonly startTime: string;
}

/** Null if it has ended, or is a zombie, which only waits to be asked how it ended. */
function factsOf(pid: number): ProcessFacts | null {
  const text = readProcess(pid, 'stat');
  // The name is in brackets, and may have brackets and blanks itself.
  const [state, parent, , session, ...rest] = (text ?? '')
    .slice((text ?? '').lastIndexOf(')') + 2)
    .split(' ');
  if (!text || state === 'Z' || state === 'X') return null;
  return { pid, parent: Number(parent), session: Number(session), startTime: rest[15] ?? '' };
}

/** A file of a process as latin1, which keeps every byte; null if there is nothing to be read. */
export function readProcess(pid: number, file: 'stat' | 'environ' | 'cmdline'): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    // It ended while we looked, or is another user's.
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null;
    throw error;
  }
}

/** The processes of this machine. Linux only. */
export function processIds(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** Processes of a run that live: those with its mark, those of its trainer's session, and whatever descends from these. */
export function processesOfRun(runDirectory: string, session: number | null): ProcessFacts[] {
  const mark = Buffer.from(`\0${runDirectoryVariable}=${runDirectory}\0`).toString('latin1');
  const all = processIds()
    .map(factsOf)
    .filter((facts) => facts !== null)
    .filter(({ pid }) => pid !== process.pid);
  const found = new Map<number, ProcessFacts>();
  for (const facts of all) {
    const isOfSession = session !== null && facts.session === session;
    if (isOfSession || `\0${readProcess(facts.pid, 'environ') ?? ''}`.includes(mark))
      found.set(facts.pid, facts);
  }
  for (let known = -1; known < found.size; ) {
    known = found.size;
    for (const facts of all) if (found.has(facts.parent)) found.set(facts.pid, facts);
  }
  return [...found.values()];
}

function killOne({ pid, startTime }: ProcessFacts): void {
  // Its id may be another process's by now.
  if (factsOf(pid)?.startTime !== startTime) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}

/**
 * Kills what the trainer of a run started and left behind, in sessions of its own too: by the run's cgroup where it has one, and by
 * its mark in the environment. Linux only; elsewhere nothing shows what belongs to a run once its trainer is gone, beyond the
 * trainer's own process group.
 * @param options `session`: the trainer's, where it is surely still its own; `timeoutMs`: for processes that take their time to die
 * @returns the ids of those that could not be ended
 */
export async function endProcessesOfRun(
  runDirectory: string,
  { session = null, timeoutMs = 5000 }: { session?: number | null; timeoutMs?: number } = {},
): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  let left: ReturnType<typeof processesOfRun> = [];
  const gone = () => {
    const emptied = endRunCgroup(runDirectory);
    left = processesOfRun(runDirectory, session);
    for (const facts of left) killOne(facts);
    return left.length === 0 && emptied;
  };
  // The system reports the end of child processes only, and these are no children of ours.
  await until(gone, { firstMs: 5, longestMs: 200, timeoutMs });
  return left.map(({ pid }) => pid);
}
