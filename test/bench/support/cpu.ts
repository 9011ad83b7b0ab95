import { readdirSync, readFileSync } from 'node:fs';
import { hasCode } from '../../../src/main/platform/error-code.ts';

/** Of Linux's clock for processes, which `getconf CLK_TCK` tells: 100 wherever Linux runs today. */
const ticksPerSecond = 100;

/** Processor seconds of a process, as Linux counts them. */
function secondsOf(pid: string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch (error) {
    // It ended while we looked.
    if (hasCode(error, 'ENOENT', 'ESRCH')) return 0;
    throw error;
  }
}

/** Processor seconds so far of this process and of the processes with these ids; null where the system does not tell. */
export function processorSeconds(pids: readonly number[]): number | null {
  if (process.platform !== 'linux' || readdirSync('/proc').length === 0) return null;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + pids.reduce((sum, pid) => sum + secondsOf(String(pid)), 0);
}
