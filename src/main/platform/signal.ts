import { hasCode } from './error-code.ts';

/** Sends a signal; a process that is gone is no error. @param pid negative: to the process group */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}
