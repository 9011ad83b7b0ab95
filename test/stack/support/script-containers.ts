import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { ScriptContainers } from '../../../src/main/features/runs/docker/script-containers.ts';
import type { FileRunDirectories } from '../../../src/main/features/runs/process/run-directories.ts';
import { checkScript } from '../../../src/main/features/runs/process/script-trainers.ts';
import { supervisedExecutors } from '../../../src/main/features/runs/process/supervised-executor.ts';
import type { RunsParts } from '../../../src/main/features/runs/runs.ts';
import type { World } from '../../features/runs/support/acts.ts';
import { docker } from '../../support/servers.ts';
import { baseImage } from './torch-image.ts';

export const root = path.resolve(import.meta.dirname, '../../..');

/** Scripts in containers, beside what a test's engine has anyway. */
export function withContainers({ executors, directories, log }: RunsParts): Partial<RunsParts> {
  const home = path.join(root, 'migrations');
  const scripts = new ScriptContainers({
    ...{ sidecar: path.join(root, 'resources/trainers/sidecar/main.ts'), home },
    hasCards: async () => false,
  });
  const supervisor = path.join(root, 'src/main/features/runs/supervisor/supervisor.ts');
  const own = { node: process.execPath, supervisor, directories: directories as FileRunDirectories, log };
  return {
    executors: new Map([...executors, ...supervisedExecutors([scripts], own)]),
    checkScript: (script) => {
      checkScript(script);
      return scripts.check(script);
    },
  };
}

/** The folder in which a test's script works. */
export const workingFolderOf = ({ folder }: World) => path.join(folder, 'work');

/** Queues a script in a container of the image with torch; answers its run. */
export async function queueScript(world: World, command: string, part: object = {}): Promise<string> {
  const working = workingFolderOf(world);
  mkdirSync(working, { recursive: true });
  const { runId } = await world.stage.runs.create(localOwnerId, {
    ...{ project: world.projectId, executor: 'auto', priority: 0, overrides: {}, source: 'manual' },
    script: { command, folder: working, image: baseImage ?? '', environment: { PATH: '/nowhere' }, ...part },
  });
  return runId;
}

/** Containers of a run, ended ones too; empty: none. */
export const containersOf = async (runId: string): Promise<string> =>
  (await docker(['ps', '-aq', '--filter', `label=trainyard.run=${runId}`])).trim();
