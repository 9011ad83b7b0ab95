import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

export interface ProcessLine {
  readonly pid: number;
  readonly command: string;
}

/** Every process whose command line, environment or working directory names one of the folders (Linux). */
export async function processesOf(folders: readonly string[]): Promise<ProcessLine[]> {
  const found: ProcessLine[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const command = (await readFile(path.join('/proc', entry, 'cmdline'), 'utf8'))
        .replaceAll('\0', ' ')
        .trim();
      const environment = await readFile(path.join('/proc', entry, 'environ'), 'utf8');
      const homeHere = environment
        .split('\0')
        .some((line) => folders.some((folder) => line === `TRAINYARD_HOME=${folder}`));
      if (command && (homeHere || folders.some((folder) => command.includes(folder))))
        found.push({ pid, command });
    } catch (error) {
      // It ended while we looked, or is a zombie: neither is left running.
      if (
        !(
          error instanceof Error &&
          'code' in error &&
          ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code))
        )
      )
        throw error;
    }
  }
  return found;
}

/** Ends whatever a failed test left behind, so that it does not disturb the next one. */
export async function endSurvivors(folders: readonly string[]): Promise<void> {
  for (const { pid } of await processesOf(folders)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
