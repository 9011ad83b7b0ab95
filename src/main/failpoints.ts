/**
 * Places where the torture test kills the process. `TRAINYARD_FAILPOINT=name` or `name:3` (the third time it is passed)
 * makes `failpoint(name)` end this process with SIGKILL, as a power cut would. Without the variable it costs one comparison.
 */
const [wanted, countText] = (process.env.TRAINYARD_FAILPOINT ?? '').split(':');
let remaining = Number(countText ?? 1);

/** Dies here if the environment names this place. Names are `noun.step.before|after`. */
export function failpoint(name: string): void {
  if (!wanted || name !== wanted) return;
  remaining -= 1;
  if (remaining <= 0) process.kill(process.pid, 'SIGKILL');
}
