import { hash } from 'node:crypto';
import path from 'node:path';
import type Docker from 'dockerode';

/** Labels by which the containers of runs are found. */
export const runLabels = {
  run: 'trainyard.run',
  attempt: 'trainyard.attempt',
  /** The run directory: a run of another state folder may have the same id after a restore. */
  directory: 'trainyard.directory',
  /** Which preparation of the run directory it was made for. */
  preparation: 'trainyard.preparation',
} as const;

/** What sets the containers of a run directory apart from those of others, at the end of their names. */
export const nameEnding = (runDirectory: string) => `-${hash('sha256', runDirectory).slice(0, 8)}`;

/** Where a container has its run directory. */
export const runInside = '/trainyard/run';

/** By these the engine makes the container, perhaps another time: whoever is in it owns the directory, and must not change them. */
const planned = ['config.json', 'container.json'];

export const readOnly = (Source: string, Target: string): Docker.MountSettings => ({
  ...{ Type: 'bind', Source, Target, ReadOnly: true },
  // What is mounted below it on this machine does not come along: it would be writable in there.
  BindOptions: { Propagation: 'rprivate', NonRecursive: true } as Docker.MountSettings['BindOptions'],
});

const gibibyte = 1024 ** 3;
const mostProcesses = 4096;

/** What every container of a run is planned from. */
export interface RestrictedFacts {
  readonly runId: string;
  readonly attempt: number;
  readonly image: string;
  /** Real path on this machine. */
  readonly runDirectory: string;
  /** `uid:gid`, which may read and write the run directory. */
  readonly user: string;
  /** 0: no limit was asked for. */
  readonly memoryGb: number;
  readonly sharedMemoryBytes: number;
  /** By their UUIDs, or all of them. */
  readonly gpus: readonly string[] | 'all';
  /** Beside the run directory. */
  readonly mounts: readonly Docker.MountSettings[];
  /** Of the daemon's machine. */
  readonly processors: number;
  readonly memoryBytes: number;
}

/** A container that gets what its run needs, and nothing else of this machine: no privileges, no network, its own limits. */
export function restrictedContainer(facts: RestrictedFacts): Docker.ContainerCreateOptions & {
  readonly HostConfig: Docker.HostConfig;
} {
  const { runId, attempt, image, runDirectory, user, memoryGb, gpus, processors, memoryBytes } = facts;
  // Without a limit of its own it leaves a tenth to the desktop: a training that takes all would freeze the machine.
  const memory = memoryGb > 0 ? memoryGb * gibibyte : Math.floor(memoryBytes * 0.9);
  const request = gpus === 'all' ? { Count: -1 } : { DeviceIDs: [...gpus] };
  return {
    // The folder's hash: see `runLabels.directory`.
    name: `trainyard-${runId}-${attempt}${nameEnding(runDirectory)}`,
    Image: image,
    User: user,
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
      ShmSize: facts.sharedMemoryBytes,
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.max(1, processors > 2 ? processors - 1 : processors) * 1e9,
      PidsLimit: mostProcesses,
      // Where memory runs out it goes before anything of the desktop.
      OomScoreAdj: 500,
      // Output goes straight into the run directory: no byte of it depends on the daemon or on whoever is attached.
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      Mounts: [
        { Type: 'bind', Source: runDirectory, Target: runInside },
        ...planned.map((name) => readOnly(path.join(runDirectory, name), `${runInside}/${name}`)),
        ...facts.mounts,
      ],
      DeviceRequests:
        gpus.length === 0
          ? []
          : [{ Driver: 'nvidia', ...request, Capabilities: [['gpu', 'compute', 'utility']] }],
    },
  };
}
