import { chownSync, lstatSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { within } from '../../../platform/deadline.ts';
import { dockerFault, isGone } from '../../../stack/docker/docker-fault.ts';
import { runLabels } from './restricted-container.ts';

const answerWithinMs = 3000;

/** What a container is planned by. */
export interface DaemonFacts {
  readonly processors: number;
  readonly memoryBytes: number;
  /** Root inside is the person's own account outside. */
  readonly isRootless: boolean;
}

/** Asks the Docker Engine. @throws TrainyardError DOCKER_NOT_RUNNING, DOCKER_PERMISSION, …; DaemonRefusal */
export async function askDocker<Answer>(work: (docker: Docker) => Promise<Answer>): Promise<Answer> {
  // A start of the engine needs no client.
  const { connectDocker } = await import('../../../stack/docker/client.ts');
  const { docker, url } = connectDocker(process.env);
  try {
    return await work(docker);
  } catch (error) {
    throw dockerFault(error, url);
  }
}

/** Why no container of Linux can be started here; null where one can. */
export async function dockerUnusable(): Promise<TrainyardError | null> {
  try {
    const { OSType } = await askDocker((docker) => within(answerWithinMs, docker.info()));
    return OSType === undefined || OSType === 'linux' ? null : fault('DOCKER_NOT_LINUX', {});
  } catch (error) {
    if (error instanceof TrainyardError) return error;
    const said = error instanceof Error ? error.message : String(error);
    return fault('DOCKER_REFUSED', { said }, { cause: error });
  }
}

export async function daemonFacts(): Promise<DaemonFacts> {
  const { NCPU, MemTotal, SecurityOptions } = await askDocker((docker) => docker.info());
  const isRootless = (SecurityOptions ?? []).some((option: string) => option.includes('name=rootless'));
  return { processors: NCPU, memoryBytes: MemTotal, isRootless };
}

/** The containers of attempts, whoever made them, by the label of their run directory. */
export const runContainers = {
  async isAlive(runDirectory: string): Promise<boolean> {
    const found = await containersOf(runDirectory);
    return found.some(({ State }) => State === 'running' || State === 'paused' || State === 'restarting');
  },
  async signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    for (const { Id } of await containersOf(runDirectory))
      await askDocker((docker) => docker.getContainer(Id).kill({ signal: name })).catch(whenGone);
  },
  async clear(runDirectory: string): Promise<void> {
    for (const { Id } of await containersOf(runDirectory))
      await askDocker((docker) => docker.getContainer(Id).remove({ force: true, v: true })).catch(whenGone);
  },
};

function containersOf(runDirectory: string): Promise<Docker.ContainerInfo[]> {
  const label = [`${runLabels.directory}=${runDirectory}`];
  return askDocker((docker) => docker.listContainers({ all: true, filters: { label } }));
}

function whenGone(error: unknown): void {
  if (!isGone(error)) throw error;
}

/** Whether this engine is root's: what it makes the container's account could not read then. */
export const isRoot = () => process.getuid?.() === 0;

/** Gives a run directory, and what the engine has put into it, to the container's account. */
export async function giveAway(runDirectory: string, uid: number, gid: number): Promise<void> {
  const files = [runDirectory];
  for await (const entry of await opendir(runDirectory)) files.push(path.join(runDirectory, entry.name));
  // A link's target is somebody else's.
  for (const file of files) if (!lstatSync(file).isSymbolicLink()) chownSync(file, uid, gid);
}
