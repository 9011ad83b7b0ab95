import { accessSync, constants, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';
import type { Script } from '../../../../shared/model/script-schema.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { signal } from '../../../platform/signal.ts';
import { scriptExecutor } from '../check-script-run.ts';
import type { Trainers } from './supervised-executor.ts';
import { listProcesses } from './trainer-processes.ts';

/**
 * The shell waits for what it started when it is asked to stop, as a trainer that ends by itself would: without the trap it would be gone at
 * once, and its program be killed in its midst.
 */
const shell = ['/bin/sh', '-c', 'trap "exit 143" TERM INT HUP; eval "$1"', 'sh'] as const;

/** Scripts of somebody's own: processes of this machine in their own folders, with a sidecar that reads what they write. */
export class ScriptTrainers implements Trainers {
  readonly name = scriptExecutor;
  private readonly sidecar: string;

  /** @param sidecar the program, absolute */
  constructor(sidecar: string) {
    this.sidecar = sidecar;
  }

  async launch(runDirectory: string) {
    const { command, folder, environment } = (await readScriptConfig(runDirectory)).script;
    const program =
      process.platform === 'win32'
        ? ['cmd.exe', '/d', '/s', '/c', command]
        : [...shell, command, runDirectory];
    return {
      args: ['--folder', folder, '--sidecar', this.sidecar, '--', ...program],
      environment: {
        ...childEnvironment('node'),
        // Its lines are to be seen when it prints them.
        PYTHONUNBUFFERED: '1',
        ...environment,
        TRAINYARD_OUTPUT: path.join(runDirectory, 'output'),
      },
    };
  }

  async isAlive(runDirectory: string): Promise<boolean> {
    const sidecars = (await listProcesses()).filter(({ command }) =>
      command.endsWith(`${this.sidecar} ${runDirectory}`),
    );
    return sidecars.length > 0 || (await shellsOf(runDirectory)).length > 0;
  }

  async signal(runDirectory: string, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    // Each leads a process group: what it started gets the signal too.
    for (const pid of await shellsOf(runDirectory)) signal(-pid, name);
  }
}

/** The `config.json` of a script's run directory. */
export async function readScriptConfig(
  runDirectory: string,
): Promise<{ readonly runId: string; readonly attempt: number; readonly script: Script }> {
  // Loaded where a script is started: a start of the engine needs neither.
  const [{ z }, { scriptSchema }] = await Promise.all([
    import('zod'),
    import('../../../../shared/model/script-schema.ts'),
  ]);
  const schema = z.object({ runId: z.uuid(), attempt: z.int().min(1), script: scriptSchema });
  return schema.parse(JSON.parse(await readFile(path.join(runDirectory, 'config.json'), 'utf8')));
}

async function shellsOf(runDirectory: string): Promise<number[]> {
  return (await listProcesses())
    .filter(({ command }) => command.startsWith(shell.join(' ')) && command.endsWith(` ${runDirectory}`))
    .map(({ pid }) => pid);
}

/**
 * Looks whether a script can be started here.
 * @throws TrainyardError SCRIPT_COMMAND_EMPTY, SCRIPT_COMMAND_UNUSABLE, SCRIPT_FOLDER_EMPTY, SCRIPT_FOLDER_RELATIVE,
 * SCRIPT_FOLDER_NOT_FOUND, SCRIPT_FOLDER_NOT_A_FOLDER, SCRIPT_FOLDER_CLOSED
 */
export function checkScript({ command, folder }: Script): void {
  if (command.trim() === '') throw fault('SCRIPT_COMMAND_EMPTY', {});
  if (command.includes('\0')) throw fault('SCRIPT_COMMAND_UNUSABLE', {});
  if (folder.trim() === '') throw fault('SCRIPT_FOLDER_EMPTY', {});
  if (!path.isAbsolute(folder) || folder.includes('\0')) throw fault('SCRIPT_FOLDER_RELATIVE', { folder });
  try {
    if (!statSync(folder).isDirectory())
      throw fault('SCRIPT_FOLDER_NOT_A_FOLDER', { folder, parent: path.dirname(folder) });
    accessSync(folder, constants.R_OK | constants.X_OK);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'))
      throw fault('SCRIPT_FOLDER_NOT_FOUND', { folder });
    if (hasCode(error, 'EACCES', 'EPERM')) throw fault('SCRIPT_FOLDER_CLOSED', { folder, code: error.code });
    throw error;
  }
}
