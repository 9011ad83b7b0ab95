import type Docker from 'dockerode';
import type { Script } from '../../../../shared/model/script-schema.ts';
import { runLabels } from './container-plan.ts';

/** Where a script finds its run directory inside; its own folder has the path that it has outside. */
const run = '/trainyard/run';
const gibibyte = 1024 ** 3;

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

/** The container of a script of somebody's own: what the Engine is asked for, word for word. */
export function planScript(facts: ScriptFacts): Docker.ContainerCreateOptions {
  const { runId, attempt, script, runDirectory, folder, user, hasCards, processors, memoryBytes } = facts;
  const memory = Math.floor(memoryBytes * 0.9);
  const own = Object.entries(script.environment).filter(([name]) => !ofTheMachine.has(name));
  return {
    name: `trainyard-${runId}-${attempt}`,
    Image: script.image,
    // Output goes straight into the run directory. The shell waits for what it started when all of them are asked to stop.
    Entrypoint: [
      '/bin/sh',
      '-c',
      `exec >>${run}/stdout.log 2>>${run}/stderr.log; trap "exit 143" TERM INT HUP; eval "$1"`,
      'sh',
    ],
    Cmd: [script.command],
    WorkingDir: script.folder,
    User: user,
    Env: [
      ...['HOME=/tmp', 'PYTHONUNBUFFERED=1', 'TINI_KILL_PROCESS_GROUP=1'],
      ...own.map(([name, value]) => `${name}=${value}`),
      ...[`TRAINYARD_RUN_DIRECTORY=${run}`, `TRAINYARD_OUTPUT=${run}/output`],
    ],
    Labels: {
      [runLabels.run]: runId,
      [runLabels.attempt]: String(attempt),
      [runLabels.directory]: runDirectory,
    },
    Tty: false,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Init: true,
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ShmSize: Math.floor(Math.min(16 * gibibyte, memoryBytes / 2)),
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.max(1, processors > 2 ? processors - 1 : processors) * 1e9,
      PidsLimit: 4096,
      // Where memory runs out it goes before anything of the desktop.
      OomScoreAdj: 500,
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      Mounts: [
        { Type: 'bind', Source: runDirectory, Target: run },
        { Type: 'bind', Source: folder, Target: script.folder },
      ],
      DeviceRequests: hasCards
        ? [{ Driver: 'nvidia', Count: -1, Capabilities: [['gpu', 'compute', 'utility']] }]
        : [],
    },
  };
}
