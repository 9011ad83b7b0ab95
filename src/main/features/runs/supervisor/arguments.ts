import { parseArgs } from 'node:util';

/** What a supervisor is started with. */
export interface SupervisorArguments {
  readonly directory: string;
  /** The trainer's program; null where it runs in the container that `container.json` describes. */
  readonly command: readonly [program: string, ...args: string[]] | null;
  /** Where a script of somebody's own works; null for a trainer, which works in its run directory. */
  readonly folder: string | null;
  /** The program that reads what such a script writes; null for a trainer, which writes `events.jsonl` itself. */
  readonly sidecar: string | null;
}

/** How a supervisor is to be started. */
export const supervisorUsage = [
  'usage: supervisor RUN_DIRECTORY [--folder FOLDER] [--sidecar PROGRAM] -- PROGRAM [ARGUMENT …]',
  '       supervisor RUN_DIRECTORY [--sidecar PROGRAM] --container',
  '',
].join('\n');

/** Null where they are not as {@link supervisorUsage} has them. */
export function readArguments(words: readonly string[]): SupervisorArguments | null {
  const divider = words.includes('--') ? words.indexOf('--') : words.length;
  const [program, ...rest] = words.slice(divider + 1);
  try {
    const { values, positionals } = parseArgs({
      args: words.slice(0, divider),
      options: { folder: { type: 'string' }, sidecar: { type: 'string' }, container: { type: 'boolean' } },
      allowPositionals: true,
    });
    const { folder = null, sidecar = null, container = false } = values;
    const [directory, ...others] = positionals;
    if (!directory || others.length > 0 || container === (program !== undefined)) return null;
    return { directory, command: program === undefined ? null : [program, ...rest], folder, sidecar };
  } catch {
    return null;
  }
}
