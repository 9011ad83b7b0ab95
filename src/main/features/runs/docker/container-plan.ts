import path from 'node:path';
import type Docker from 'dockerode';
import type { RunConfig } from '../ports.ts';
import { readOnly, restrictedContainer, runInside } from './restricted-container.ts';
import type { WeightsFiles } from './weights-files.ts';

/** Where things are inside. */
const inside = {
  data: '/trainyard/data',
  checkpoint: '/trainyard/checkpoint',
  weights: '/trainyard/weights',
} as const;

/** What a container is planned from beside the config. */
export interface ContainerFacts {
  readonly image: string;
  /** Real paths on this machine. */
  readonly runDirectory: string;
  readonly dataRoot: string;
  readonly checkpoint: string | null;
  readonly weights: WeightsFiles | null;
  /** `uid:gid`, which may read and write the run directory. */
  readonly user: string;
  readonly gpuUuids: readonly string[];
  /** Of the daemon's machine. */
  readonly processors: number;
  readonly memoryBytes: number;
}

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;
/** What a loader of torch has under way for each process that reads images. */
const prefetched = 2;
const largestSharedMemory = 64 * gibibyte;

/**
 * Shared memory for the images that the reading processes hand over: torch needs it, and Docker's 64 MB are soon full.
 * @returns bytes
 */
export function sharedMemoryFor(config: RunConfig, { processors, memoryBytes }: ContainerFacts): number {
  const { imageSize } = config.dataset;
  const usual = config.task.type === 'classification' ? 224 : 640;
  const [height, width] = Array.isArray(imageSize) ? imageSize : [imageSize ?? usual, imageSize ?? usual];
  const imageBytes = 3 * height * width * 4;
  const cards = Math.max(1, config.resources.gpuCount);
  const workers = config.resources.workers ?? Math.min(8, Math.max(1, processors - 1));
  // A batch is that of all cards together.
  const wanted =
    workers * cards * prefetched * Math.ceil(config.training.batchSize / cards) * imageBytes * 1.5;
  const most = Math.min(largestSharedMemory, memoryBytes / 2);
  return Math.round(Math.min(most, 64 * mebibyte + wanted) / mebibyte) * mebibyte;
}

/**
 * The container may be started before its supervisor: nothing is trained until that one has opened the outputs, which it does after it has written
 * down that it began. After a minute or so none will come.
 */
const untilSupervised = `n=0; until [ -w ${runInside}/stderr.log ]; do n=$((n+1)); [ $n -lt 6000 ] || exit 75; sleep 0.01; done`;

/** The container of an attempt: what the Engine is asked for, word for word. */
export function planContainer(config: RunConfig, facts: ContainerFacts): Docker.ContainerCreateOptions {
  const { image, runDirectory, dataRoot, checkpoint, weights, user, gpuUuids, processors, memoryBytes } =
    facts;
  const { HostConfig, ...options } = restrictedContainer({
    ...{ runId: config.runId, attempt: config.attempt, image, runDirectory, user, processors, memoryBytes },
    memoryGb: config.resources.memoryGb,
    sharedMemoryBytes: sharedMemoryFor(config, facts),
    gpus: gpuUuids,
    mounts: [
      readOnly(dataRoot, inside.data),
      ...(checkpoint === null ? [] : [readOnly(checkpoint, mountOf(inside.checkpoint, checkpoint))]),
      ...(weights?.mounts ?? []).map(({ source, name }) => readOnly(source, `${inside.weights}/${name}`)),
    ],
  });
  return {
    ...options,
    Entrypoint: [
      '/bin/sh',
      '-c',
      `${untilSupervised}; exec "$@" >>${runInside}/stdout.log 2>>${runInside}/stderr.log`,
      'trainer',
    ],
    Cmd: ['python3', '-m', 'trainyard_torch', runInside],
    WorkingDir: runInside,
    Env: [`TRAINYARD_RUN_DIRECTORY=${runInside}`, 'HOME=/tmp'],
    // Nothing but a loopback, which the runtime makes itself: the Engine takes as long to set up its network `none` as all the rest of a start.
    NetworkDisabled: true,
    // It stays open whoever goes: a trainer ends itself when it closes.
    OpenStdin: true,
    StdinOnce: false,
    HostConfig: {
      ...HostConfig,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=1g,mode=1777' },
    },
  };
}

const mountOf = (folder: string, source: string) => `${folder}/${path.basename(source)}`;

/** The config with the paths where the container has them. */
export function configInside(config: RunConfig, facts: ContainerFacts): RunConfig {
  const { checkpoint, weights } = facts;
  return {
    ...config,
    model: {
      ...config.model,
      pretrainedWeights: weights && `${inside.weights}/${weights.name}`,
    },
    dataset: { ...config.dataset, root: inside.data },
    resume:
      config.resume && checkpoint !== null
        ? { ...config.resume, from: mountOf(inside.checkpoint, checkpoint) }
        : null,
  };
}
