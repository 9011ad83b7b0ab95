import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { hasCode } from './error-code.ts';

/**
 * Places where the torture test kills the process. `TRAINYARD_FAILPOINT=name` or `name:3` (the third time it is passed)
 * makes `failpoint(name)` end this process with SIGKILL, as a power cut would. Without the variable it costs one comparison.
 * `TRAINYARD_FAILPOINT_MARK` names a file: each place is taken once only, however many processes inherit the variable.
 * With `TRAINYARD_FAILPOINT_FILL` (a file) the process lives, and that file takes all room on its disk instead.
 */
const [wanted, countText] = (process.env.TRAINYARD_FAILPOINT ?? '').split(':');
const mark = process.env.TRAINYARD_FAILPOINT_MARK;
const filler = process.env.TRAINYARD_FAILPOINT_FILL;
let remaining = Number(countText ?? 1);

/** Dies here, or fills the disk, if the environment names this place. Names are `noun.step.before|after`. */
export function failpoint(name: string): void {
  if (!wanted || name !== wanted) return;
  remaining -= 1;
  if (remaining > 0) return;
  if (mark) {
    try {
      appendFileSync(mark, `${name}\n`, { flag: 'ax' });
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return;
      throw error;
    }
  }
  if (filler) fill(filler);
  else process.kill(process.pid, 'SIGKILL');
}

/** To the last byte: large pieces first. */
function fill(file: string): void {
  const largest = Buffer.alloc(1024 ** 2, 1);
  const descriptor = openSync(file, 'a');
  try {
    for (let size = largest.length; size >= 1; ) {
      try {
        writeSync(descriptor, largest, 0, size);
      } catch (error) {
        if (!hasCode(error, 'ENOSPC')) throw error;
        size = Math.floor(size / 16);
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
