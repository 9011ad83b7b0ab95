import { chownSync, lstatSync } from 'node:fs';
import { opendir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { z } from 'zod';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { within } from '../../../platform/deadline.ts';
import { until } from '../../../platform/waiting.ts';
import { dockerFault, isGone, statusOf } from '../../../stack/docker/docker-fault.ts';
import { DaemonRefusal } from '../../../stack/docker-objects.ts';
import { nameEnding, runLabels } from './restricted-container.ts';

const answerWithinMs = 3000;
const removeWithinMs = 10_000;

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

const planSchema = z.looseObject({ name: z.string(), Labels: z.record(z.string(), z.string()) });
/** Another engine may be making the same container. */
const mostTries = 20;
const pauseMs = 100;

/**
 * Makes the container that `container.json` plans. Where one of this preparation of the run directory is there, that is taken; one of an earlier
 * preparation is removed.
 * @returns `isNew`: it was made now, and nobody has started it
 * @throws TrainyardError DOCKER_REFUSED, DOCKER_NOT_RUNNING, …
 */
export async function createContainer(runDirectory: string): Promise<{ id: string; isNew: boolean }> {
  const planned = await readFile(path.join(runDirectory, 'container.json'), 'utf8');
  const plan = planSchema.parse(JSON.parse(planned));
  const { ino, mtimeMs } = await stat(path.join(runDirectory, 'config.json'));
  const preparation = `${ino}-${mtimeMs}`;
  const wanted = { ...plan, Labels: { ...plan.Labels, [runLabels.preparation]: preparation } };
  const refusal = (error: unknown) =>
    error instanceof DaemonRefusal
      ? fault('DOCKER_REFUSED', { said: error.message }, { cause: error })
      : error;
  for (let tries = 1; ; tries += 1) {
    let conflict: unknown;
    try {
      const { id } = await askDocker((docker) => docker.createContainer(wanted));
      return { id, isNew: true };
    } catch (error) {
      if (statusOf(error) !== 409 || tries === mostTries) throw refusal(error);
      conflict = error;
    }
    const other = await askDocker((docker) => docker.getContainer(plan.name).inspect()).catch(whenGone);
    const { [runLabels.directory]: directory, [runLabels.preparation]: ofOther } = other?.Config.Labels ?? {};
    // Somebody else's that took the name.
    if (other && directory !== plan.Labels[runLabels.directory]) throw refusal(conflict);
    if (other && ofOther === preparation) return { id: other.Id, isNew: false };
    if (other)
      await askDocker((docker) => docker.getContainer(other.Id).remove({ force: true, v: true })).catch(
        whenGone,
      );
    else await delay(pauseMs);
  }
}

/** The containers of attempts, whoever made them, by the label of their run directory. */
export const runContainers = {
  async isAlive(runDirectory: string): Promise<boolean> {
    const found = await containersOf(runDirectory);
    return found.some(({ State }) => State === 'running' || State === 'paused' || State === 'restarting');
  },
  /** The id of one whose supervisor is gone, whatever it does now; null without one. */
  async adoptable(runDirectory: string): Promise<string | null> {
    const [found] = await containersOf(runDirectory);
    return found && !/^(?:removing|dead)$/.test(found.State) ? found.Id : null;
  },
  async signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    for (const { Id } of await containersOf(runDirectory))
      await askDocker((docker) => docker.getContainer(Id).kill({ signal: name })).catch(whenGone);
  },
  async clear(runDirectory: string): Promise<void> {
    for (const { Id } of await containersOf(runDirectory))
      await askDocker((docker) => docker.getContainer(Id).remove({ force: true, v: true })).catch(whenGone);
    // A supervisor may be removing it, and the daemon takes its time.
    const isGoneNow = async () => (await containersOf(runDirectory)).length === 0;
    await until(isGoneNow, { firstMs: 20, longestMs: 500, timeoutMs: removeWithinMs });
  },
};

/** Labels alone are not enough: an image that somebody made of such a container gives them to each container of its own. */
async function containersOf(runDirectory: string): Promise<Docker.ContainerInfo[]> {
  const label = [`${runLabels.directory}=${runDirectory}`];
  const found = await askDocker((docker) => docker.listContainers({ all: true, filters: { label } }));
  return found.filter(({ Names }) => Names.some((name) => name.endsWith(nameEnding(runDirectory))));
}

function whenGone(error: unknown): null {
  if (!isGone(error)) throw error;
  return null;
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
