import { chownSync, mkdirSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type Docker from 'dockerode';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import type { Script } from '../../../../shared/model/script-schema.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { replaceFile } from '../../../platform/durable-file.ts';
import { connectDocker } from '../../../stack/docker/client.ts';
import { dockerFault, statusOf } from '../../../stack/docker/docker-fault.ts';
import { containerScriptExecutor } from '../check-script-run.ts';
import type { Placement, RunConfig } from '../ports.ts';
import type { Trainers } from '../process/supervised-executor.ts';
import { type ContainerTrainers, isInside, isRoot } from './container-trainers.ts';
import { filesOfRun } from './open-files.ts';
import { planScript } from './script-plan.ts';

/** Scripts of somebody's own in containers of an image of theirs, with a sidecar outside that reads what they write. */
export class ScriptContainers implements Trainers {
  readonly name = containerScriptExecutor;
  private readonly containers: ContainerTrainers;
  private readonly options;

  /**
   * @param containers ends containers of runs, whoever made them
   * @param options `sidecar`: the program, absolute; `home`: the state folder, which no container sees; `hasCards`: whether there are GPUs to give
   */
  constructor(
    containers: ContainerTrainers,
    options: {
      readonly sidecar: string;
      readonly home: string;
      readonly hasCards: () => Promise<boolean>;
    },
  ) {
    this.containers = containers;
    this.options = options;
  }

  unusable(): Promise<TrainyardError | null> {
    return this.containers.unusable();
  }

  async setUp(): Promise<void> {}

  place(_runDirectory: string, config: RunConfig): Promise<Placement> {
    return Promise.resolve({ config, container: null });
  }

  async launch(runDirectory: string) {
    const { runId, attempt, script } = JSON.parse(
      await readFile(path.join(runDirectory, 'config.json'), 'utf8'),
    );
    const folder = await realpath(script.folder);
    const real = await realpath(runDirectory);
    const info = await ask((docker) => docker.info());
    const isRootless = (info.SecurityOptions ?? []).some((one: string) => one.includes('name=rootless'));
    // What may write the folder outside may write it inside.
    const { uid, gid } = isRoot() ? await stat(folder) : { uid: process.getuid?.(), gid: process.getgid?.() };
    for (const name of ['logged', 'output'])
      mkdirSync(path.join(real, name), { recursive: true, mode: 0o700 });
    if (isRoot() && uid !== undefined && gid !== undefined)
      for (const file of await filesOfRun(real)) chownSync(file, uid, gid);
    const plan = planScript({
      ...{ runId, attempt, script, folder },
      runDirectory: real,
      user: isRootless ? '0:0' : `${uid}:${gid}`,
      hasCards: await this.options.hasCards(),
      processors: info.NCPU,
      memoryBytes: info.MemTotal,
    });
    replaceFile(path.join(runDirectory, 'container.json'), `${JSON.stringify(plan, null, 2)}\n`);
    return {
      args: ['--sidecar', this.options.sidecar, '--container'],
      environment: childEnvironment('node'),
    };
  }

  isAlive(runDirectory: string): Promise<boolean> {
    return this.containers.isAlive(runDirectory);
  }

  signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    return this.containers.signal(runDirectory, name);
  }

  clear(runDirectory: string): Promise<void> {
    return this.containers.clear(runDirectory);
  }

  /**
   * Looks whether a script can run in its image.
   * @throws TrainyardError SCRIPT_IMAGE_NOT_FOUND, SCRIPT_FOLDER_HOLDS_STATE; why Docker does not work
   */
  async check({ folder, image }: Script): Promise<void> {
    if (image === null) return;
    const reason = await this.unusable();
    if (reason) throw reason;
    const [real, home] = await Promise.all([realpath(folder), realpath(this.options.home)]);
    if (isInside(real, home)) throw fault('SCRIPT_FOLDER_HOLDS_STATE', { folder: real });
    const found = await ask((docker) =>
      docker
        .getImage(image)
        .inspect()
        .catch((error: unknown) => {
          if ([400, 404].includes(statusOf(error) ?? 0)) return null;
          throw error;
        }),
    );
    if (found === null) throw fault('SCRIPT_IMAGE_NOT_FOUND', { image });
  }
}

async function ask<Answer>(work: (docker: Docker) => Promise<Answer>): Promise<Answer> {
  const { docker, url } = connectDocker(process.env);
  try {
    return await work(docker);
  } catch (error) {
    throw dockerFault(error, url);
  }
}
