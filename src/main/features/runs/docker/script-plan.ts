import type Docker from 'dockerode';
import type { Script } from '../../../../shared/model/script-schema.ts';
import { restrictedContainer, runInside } from './restricted-container.ts';

/** Bytes: nobody knows how many processes a script has, and with what. */
const mostSharedMemory = 16 * 1024 ** 3;

/** Of the shell that starts a script: they name places that are not inside. */
const ofTheMachine = new Set(['PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'CONDA_DEFAULT_ENV', 'PYTHONPATH']);

/** What a script's container is planned from. */
interface ScriptFacts {
  readonly runId: string;
  readonly attempt: number;
  readonly script: Script & { readonly image: string };
  /** Real paths on this machine. */
  readonly runDirectory: string;
  readonly folder: string;
  /** `uid:gid`, which may write both. */
  readonly user: string;
  readonly hasCards: boolean;
  /** Of the daemon's machine. */
  readonly processors: number;
  readonly memoryBytes: number;
}

/** The container of a script of somebody's own, whose folder has the path that it has outside: what the Engine is asked for, word for word. */
export function planScript(facts: ScriptFacts): Docker.ContainerCreateOptions {
  const { runId, attempt, script, runDirectory, folder, user, hasCards, processors, memoryBytes } = facts;
  const own = Object.entries(script.environment).filter(([name]) => !ofTheMachine.has(name));
  const options = restrictedContainer({
    ...{ runId, attempt, image: script.image, runDirectory, user, memoryGb: 0, processors, memoryBytes },
    sharedMemoryBytes: Math.floor(Math.min(mostSharedMemory, memoryBytes / 2)),
    gpus: hasCards ? 'all' : [],
    mounts: [{ Type: 'bind', Source: folder, Target: script.folder }],
  });
  return {
    ...options,
    // The shell waits for what it started when all of them are asked to stop.
    Entrypoint: [
      '/bin/sh',
      '-c',
      `exec >>${runInside}/stdout.log 2>>${runInside}/stderr.log; trap "exit 143" TERM INT HUP; eval "$1"`,
      'sh',
    ],
    Cmd: [script.command],
    WorkingDir: script.folder,
    Env: [
      ...['HOME=/tmp', 'PYTHONUNBUFFERED=1', 'TINI_KILL_PROCESS_GROUP=1'],
      ...own.map(([name, value]) => `${name}=${value}`),
      ...[`TRAINYARD_RUN_DIRECTORY=${runInside}`, `TRAINYARD_OUTPUT=${runInside}/output`],
    ],
  };
}
