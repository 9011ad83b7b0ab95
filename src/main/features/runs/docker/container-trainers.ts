import { chownSync, lstatSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { within } from '../../../platform/deadline.ts';
import { isUnreachable } from '../../../platform/error-code.ts';
import { connectDocker } from '../../../stack/docker/client.ts';
import { dockerFault, isGone } from '../../../stack/docker/docker-fault.ts';
import { DaemonRefusal } from '../../../stack/docker-objects.ts';
import type { Placement, Placing, RunConfig } from '../ports.ts';
import type { Trainers } from '../process/supervised-executor.ts';
import { type ContainerFacts, configInside, planContainer, runLabels } from './container-plan.ts';
import { filesOfRun, openToContainer } from './open-files.ts';
import type { TrainerImage } from './trainer-image.ts';

type Model = RunConfig['model'];

const answerWithinMs = 3000;
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

  async unusable(): Promise<TrainyardError | null> {
    try {
      const { OSType } = await this.ask((docker) => within(answerWithinMs, docker.info()));
      return OSType === undefined || OSType === 'linux' ? null : fault('DOCKER_NOT_LINUX', {});
    } catch (error) {
      if (error instanceof TrainyardError) return error;
      const said = error instanceof Error ? error.message : String(error);
      return fault('DOCKER_REFUSED', { said }, { cause: error });
    }
  }

  async setUp(model: Model, report: (line: string) => void, signal: AbortSignal): Promise<void> {
    const image = this.imageFor(model);
    await this.ask(async (docker) => {
      if ((await image.find(docker)) !== null) return;
      report(`Building the trainer's image ${await image.tag()}: once, until Trainyard is updated.`);
      await image.build(docker, report, signal);
    });
  }

  async place(runDirectory: string, config: RunConfig, { gpuUuids, files }: Placing): Promise<Placement> {
    const dataRoot = await this.realFolder(config.dataset.root);
    const info = await this.ask((docker) => docker.info());
    const weights = config.model.pretrainedWeights;
    const isRootless = (info.SecurityOptions ?? []).some((option: string) =>
      option.includes('name=rootless'),
    );
    const facts: ContainerFacts = {
      image: await this.imageFor(config.model).tag(),
      runDirectory: await realpath(path.dirname(runDirectory)).then(
        (folder) => path.join(folder, path.basename(runDirectory)),
        () => runDirectory,
      ),
      dataRoot,
      checkpoint: config.resume && (await this.realCheckpoint(runDirectory, config.resume.from)),
      weights: weights === null ? null : await this.realWeights(weights),
      user: userFor(isRootless),
      gpuUuids,
      processors: info.NCPU,
      memoryBytes: info.MemTotal,
    };
    if (isRoot() && !isRootless)
      await openToContainer(dataRoot, files, { isOurs: isInside(await realpath(this.home), dataRoot) });
    return { config: configInside(config, facts), container: planContainer(config, facts) };
  }

  async launch(runDirectory: string) {
    // A root's engine makes the files, and nobody's account is to write them.
    if (isRoot()) for (const file of await filesOfRun(runDirectory)) giveAway(file);
    return { args: ['--container'], environment: childEnvironment('node') };
  }

  async isAlive(runDirectory: string): Promise<boolean> {
    const found = await this.containersOf(runDirectory);
    return found.some(({ State }) => State === 'running' || State === 'paused' || State === 'restarting');
  }

  async signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    for (const { Id } of await this.containersOf(runDirectory))
      await this.ask((docker) => docker.getContainer(Id).kill({ signal: name })).catch(whenGone);
  }

  async clear(runDirectory: string): Promise<void> {
    for (const { Id } of await this.containersOf(runDirectory))
      await this.ask((docker) => docker.getContainer(Id).remove({ force: true, v: true })).catch(whenGone);
  }

  private containersOf(runDirectory: string): Promise<Docker.ContainerInfo[]> {
    const label = [`${runLabels.directory}=${runDirectory}`];
    return this.ask((docker) => docker.listContainers({ all: true, filters: { label } }));
  }

  /** @throws TrainyardError DOCKER_NOT_RUNNING, DOCKER_PERMISSION, …; DaemonRefusal */
  private async ask<Answer>(work: (docker: Docker) => Promise<Answer>): Promise<Answer> {
    const { docker, url } = connectDocker(process.env);
    try {
      return await work(docker);
    } catch (error) {
      throw dockerFault(error, url);
    }
  }

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

  private async realWeights(file: string): Promise<string> {
    try {
      const [real, home] = await Promise.all([realpath(file), realpath(this.home)]);
      if (isInside(real, home)) throw fault('MOUNT_REFUSED', { folder: real }, { place: { file: real } });
      return real;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      throw fault('WEIGHTS_NOT_FOUND', { file }, { place: { field: 'model.pretrainedWeights' } });
    }
  }
}

export const isRoot = () => process.getuid?.() === 0;

/** Whether a path is a folder itself or lies in it. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative));
}

/** Root of a rootless Docker is the person's own account outside; nobody else's can read their files. */
function userFor(isRootless: boolean): string {
  if (isRootless) return '0:0';
  if (process.getuid === undefined || isRoot()) return `${nobody}:${nobody}`;
  return `${process.getuid()}:${process.getgid?.() ?? process.getuid()}`;
}

function giveAway(file: string): void {
  // A link's target is somebody else's.
  if (!lstatSync(file).isSymbolicLink()) chownSync(file, nobody, nobody);
}

function whenGone(error: unknown): void {
  if (isGone(error) || (error instanceof DaemonRefusal && [404, 409].includes(error.status))) return;
  throw error;
}
