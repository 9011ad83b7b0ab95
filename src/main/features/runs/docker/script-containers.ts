import { mkdirSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { TrainyardError } from '../../../../shared/errors/error.ts';
import type { Script } from '../../../../shared/model/script-schema.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { replaceFile } from '../../../platform/durable-file.ts';
import { isInside } from '../../../platform/paths.ts';
import { statusOf } from '../../../stack/docker/docker-fault.ts';
import { containerScriptExecutor } from '../check-script-run.ts';
import { readScriptConfig } from '../process/script-trainers.ts';
import type { Trainers } from '../process/supervised-executor.ts';
import {
  askDocker,
  createContainer,
  daemonFacts,
  dockerUnusable,
  giveAway,
  isRoot,
  runContainers,
} from './run-containers.ts';
import { planScript } from './script-plan.ts';

/** The name stands in the path of a request: a part as `..` would lead to another one, and the daemon's redirect out of it. */
function isImageName(image: string): boolean {
  return image.split('/').every((part) => /^[A-Za-z0-9][\w.:@-]*$/.test(part));
}

/** Scripts of somebody's own in containers of an image of theirs, with a sidecar outside that reads what they write. */
export class ScriptContainers implements Trainers {
  readonly name = containerScriptExecutor;
  private readonly options;

  /**
   * @param options `sidecar`: the program, absolute; `home`: the state folder, which no container sees; `hasCards`: whether there are GPUs to give
   */
  constructor(options: {
    readonly sidecar: string;
    readonly home: string;
    readonly hasCards: () => Promise<boolean>;
  }) {
    this.options = options;
  }

  unusable(): Promise<TrainyardError | null> {
    return dockerUnusable();
  }

  async launch(runDirectory: string) {
    const { runId, attempt, script } = await readScriptConfig(runDirectory);
    const { image } = script;
    if (image === null) throw new Error(`the script of ${runDirectory} has no image`);
    // Where it was a link, it may lead somewhere else than when it was looked at.
    const folder = await this.folderOf(script);
    const real = await realpath(runDirectory);
    const { processors, memoryBytes, isRootless } = await daemonFacts();
    // What may write the folder outside may write it inside.
    const { uid, gid } = isRoot() ? await stat(folder) : { uid: process.getuid?.(), gid: process.getgid?.() };
    for (const name of ['logged', 'output'])
      mkdirSync(path.join(real, name), { recursive: true, mode: 0o700 });
    if (isRoot() && uid !== undefined && gid !== undefined) await giveAway(real, uid, gid);
    const plan = planScript({
      ...{ runId, attempt, folder },
      script: { ...script, image },
      runDirectory: real,
      user: isRootless ? '0:0' : `${uid}:${gid}`,
      hasCards: await this.options.hasCards(),
      ...{ processors, memoryBytes },
    });
    replaceFile(path.join(runDirectory, 'container.json'), `${JSON.stringify(plan, null, 2)}\n`);
    const { id } = await createContainer(runDirectory);
    return {
      args: ['--sidecar', this.options.sidecar, '--container', id],
      environment: childEnvironment('node'),
    };
  }

  isAlive = runContainers.isAlive;
  signal = runContainers.signal;
  clear = runContainers.clear;

  /**
   * Looks whether a script can run in its image.
   * @throws TrainyardError SCRIPT_IMAGE_NOT_FOUND, SCRIPT_FOLDER_HOLDS_STATE; why Docker does not work
   */
  async check({ folder, image }: Script): Promise<void> {
    if (image === null) return;
    if (!isImageName(image)) throw fault('SCRIPT_IMAGE_NOT_FOUND', { image });
    await this.folderOf({ folder });
    const reason = await this.unusable();
    if (reason) throw reason;
    const found = await askDocker((docker) =>
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

  /** The script's folder itself. @throws TrainyardError SCRIPT_FOLDER_HOLDS_STATE */
  private async folderOf({ folder }: Pick<Script, 'folder'>): Promise<string> {
    const [real, home] = await Promise.all([realpath(folder), realpath(this.options.home)]);
    if (isInside(real, home) || isInside(home, real))
      throw fault('SCRIPT_FOLDER_HOLDS_STATE', { folder: real });
    return real;
  }
}
