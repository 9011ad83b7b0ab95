import { appendFileSync } from 'node:fs';

/**
 * Places where the torture test kills the process. `TRAINYARD_FAILPOINT=name` or `name:3` (the third time it is passed)
 * makes `failpoint(name)` end this process with SIGKILL, as a power cut would. Without the variable it costs one comparison.
 * `TRAINYARD_FAILPOINT_MARK` names a file: each place is taken once only, however many processes inherit the variable.
 */
const [wanted, countText] = (process.env.TRAINYARD_FAILPOINT ?? '').split(':');
const mark = process.env.TRAINYARD_FAILPOINT_MARK;
let remaining = Number(countText ?? 1);

/** Dies here if the environment names this place. Names are `noun.step.before|after`. */
export function failpoint(name: string): void {
  if (!wanted || name !== wanted) return;
  remaining -= 1;
  if (remaining > 0) return;
  if (mark) {
    try {
      appendFileSync(mark, `${name}\n`, { flag: 'ax' });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
      throw error;
    }
  }
  process.kill(process.pid, 'SIGKILL');
}
