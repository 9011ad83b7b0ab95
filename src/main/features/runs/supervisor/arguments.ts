import { parseArgs } from 'node:util';

/** What a supervisor is started with. */
export interface SupervisorArguments {
  readonly directory: string;
  /** The trainer's program; null where it runs in a container. */
  readonly command: readonly [program: string, ...args: string[]] | null;
  /** The id of that container. */
  readonly container: string | null;
  /** Where a script of somebody's own works; null for a trainer, which works in its run directory. */
  readonly folder: string | null;
  /** The program that reads what such a script writes; null for a trainer, which writes `events.jsonl` itself. */
  readonly sidecar: string | null;
  /** What all processes of the trainer together may have; null: no limit. */
  readonly memoryBytes: number | null;
  /** How far the trainer gives way to other programs, as `nice` counts it; null: as this process. */
  readonly niceness: number | null;
}

/** How a supervisor is to be started. */
export const supervisorUsage = [
  'usage: supervisor RUN_DIRECTORY [--folder FOLDER] [--sidecar PROGRAM] [--memory BYTES] [--nice NUMBER] -- PROGRAM [ARGUMENT …]',
  '       supervisor RUN_DIRECTORY [--sidecar PROGRAM] --container ID',
  '',
].join('\n');

/** Null where they are not as {@link supervisorUsage} has them. */
export function readArguments(words: readonly string[]): SupervisorArguments | null {
  const divider = words.includes('--') ? words.indexOf('--') : words.length;
  const [program, ...rest] = words.slice(divider + 1);
  try {
    const { values, positionals } = parseArgs({
      args: words.slice(0, divider),
      options: {
        folder: { type: 'string' },
        sidecar: { type: 'string' },
        memory: { type: 'string' },
        nice: { type: 'string' },
        container: { type: 'string' },
      },
      allowPositionals: true,
    });
    const { folder = null, sidecar = null, container = null } = values;
    const [directory, ...others] = positionals;
    if (!directory || others.length > 0 || (container !== null) === (program !== undefined)) return null;
    const command = program === undefined ? null : ([program, ...rest] as const);
    const memoryBytes = numberOf(values.memory);
    const niceness = numberOf(values.nice);
    if (![memoryBytes, niceness].every((one) => one === null || Number.isSafeInteger(one))) return null;
    return { directory, command, container, folder, sidecar, memoryBytes, niceness };
  } catch {
    return null;
  }
}

const numberOf = (word: string | undefined) => (word === undefined ? null : Number(word));
