import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { isInside } from '../../../platform/paths.ts';
import type { Placement, Placing, RunConfig } from '../ports.ts';
import type { Trainers } from '../process/supervised-executor.ts';
import { type ContainerFacts, configInside, planContainer } from './container-plan.ts';
import { openFileToContainer, openToContainer } from './open-files.ts';
import {
  askDocker,
  createContainer,
  daemonFacts,
  dockerUnusable,
  giveAway,
  isRoot,
  runContainers,
} from './run-containers.ts';
import type { TrainerImage } from './trainer-image.ts';
import { type WeightsFiles, weightsFiles } from './weights-files.ts';

type Model = RunConfig['model'];

/** Nobody's account: what runs as it owns nothing on this machine but its run directory. */
const nobody = 65_532;

/** The torch trainer in a container of its own. */
export class ContainerTrainers implements Trainers {
  readonly name = 'docker';
  private readonly imageFor: (model: Model) => TrainerImage;
  private readonly home: string;

  /**
   * @param imageFor the image that has what a model needs
   * @param home the state folder, which no container ever sees but its own run directory and data in it
   */
  constructor(imageFor: (model: Model) => TrainerImage, home: string) {
    this.imageFor = imageFor;
    this.home = home;
  }

  unusable(): Promise<TrainyardError | null> {
    return dockerUnusable();
  }

  async setUp(model: Model, report: (line: string) => void, signal: AbortSignal): Promise<void> {
    const image = this.imageFor(model);
    await askDocker(async (docker) => {
      if ((await image.find(docker)) !== null) return;
      report(`Building the trainer's image ${await image.tag()}: once, until Trainyard is updated.`);
      await image.build(docker, report, signal);
    });
  }

  async place(runDirectory: string, config: RunConfig, { gpuUuids, files }: Placing): Promise<Placement> {
    const dataRoot = await this.realFolder(config.dataset.root);
    const { processors, memoryBytes, isRootless } = await daemonFacts();
    const { pretrained, pretrainedWeights: weights } = config.model;
    if (pretrained && weights === null)
      throw fault('WEIGHTS_UNNAMED', {}, { place: { field: 'model.pretrainedWeights' } });
    const facts: ContainerFacts = {
      image: await this.imageFor(config.model).tag(),
      // Without links already: see `openStateFolder`.
      runDirectory,
      dataRoot,
      checkpoint: config.resume && (await this.realCheckpoint(runDirectory, config.resume.from)),
      weights: weights === null ? null : await this.realWeights(weights),
      user: userFor(isRootless),
      gpuUuids,
      processors,
      memoryBytes,
    };
    if (isRoot() && !isRootless) {
      for (const { source } of facts.weights?.mounts ?? [])
        await openFileToContainer(source, { isOurs: isInside(await realpath(this.home), source) });
      await openToContainer(dataRoot, files, { isOurs: isInside(await realpath(this.home), dataRoot) });
    }
    return { config: configInside(config, facts), container: planContainer(config, facts) };
  }

  async launch(runDirectory: string) {
    if (isRoot()) await giveAway(runDirectory, nobody, nobody);
    const { id, isNew } = await createContainer(runDirectory);
    // While its supervisor comes up, for which the trainer in it waits. What is against it, the supervisor finds out, too.
    if (isNew) askDocker((docker) => docker.getContainer(id).start()).catch(() => undefined);
    return { args: ['--container', id], environment: childEnvironment('node') };
  }

  adoptable = runContainers.adoptable;
  isAlive = runContainers.isAlive;
  signal = runContainers.signal;
  clear = runContainers.clear;

  /** A dataset's folder where it really is. @throws TrainyardError MOUNT_REFUSED where it holds the state folder */
  private async realFolder(folder: string): Promise<string> {
    const [real, home] = await Promise.all([realpath(folder), realpath(this.home)]);
    if (isInside(real, home)) throw fault('MOUNT_REFUSED', { folder: real }, { place: { file: real } });
    return real;
  }

  /** A checkpoint of an attempt of the same run, where it really is: its trainer wrote it, and could have put a link there. */
  private async realCheckpoint(runDirectory: string, from: string): Promise<string> {
    const [real, run] = await Promise.all([realpath(from), realpath(path.dirname(runDirectory))]);
    if (isInside(run, real) && real !== run) return real;
    throw fault('CHECKPOINT_OUTSIDE', { path: from }, { place: { file: from } });
  }

  /** @throws TrainyardError MOUNT_REFUSED where they lead to what the state folder keeps for itself; WEIGHTS_NOT_FOUND */
  private async realWeights(file: string): Promise<WeightsFiles> {
    const [weights, home] = await Promise.all([weightsFiles(file), realpath(this.home)]);
    if (weights === null)
      throw fault('WEIGHTS_NOT_FOUND', { file }, { place: { field: 'model.pretrainedWeights' } });
    for (const { source } of weights.mounts)
      if (isInside(source, home) || (isInside(home, source) && !holdsWeights(path.relative(home, source))))
        throw fault('MOUNT_REFUSED', { folder: source }, { place: { file: source } });
    return weights;
  }
}

/** Root of a rootless Docker is the person's own account outside; nobody else's can read their files. */
function userFor(isRootless: boolean): string {
  if (isRootless) return '0:0';
  if (process.getuid === undefined || isRoot()) return `${nobody}:${nobody}`;
  return `${process.getuid()}:${process.getgid?.() ?? process.getuid()}`;
}

/** Of a path in the state folder: whether it lies in one run's directory, in a bucket, or in the copy of one. */
function holdsWeights(below: string): boolean {
  const [folder, ...parts] = below.split(path.sep);
  if (folder === 'cache') return parts[0] === 'objects' && parts.length > 2;
  return (folder === 'runs' && parts.length > 2) || (folder === 'objects' && parts.length > 1);
}
