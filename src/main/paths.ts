import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The folder that the program runs from (a checkout, or where it is installed): it holds `migrations/`, `resources/`, `out/`.
 * @throws {Error} where the files were moved apart
 */
export function appRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'migrations', 'postgres'))) {
    const parent = path.dirname(folder);
    if (parent === folder)
      throw new Error(`Trainyard's folder "migrations" is nowhere above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}

/** The numbered SQL files. */
export function migrationsFolder(): string {
  return path.join(appRoot(), 'migrations', 'postgres');
}

/** Where the state lives: `TRAINYARD_HOME`, else the platform's folder for a program's data. Absolute; it need not exist. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment.TRAINYARD_HOME;
  if (chosen) return path.resolve(chosen);
  if (process.platform === 'darwin')
    return path.join(homedir(), 'Library', 'Application Support', 'Trainyard');
  if (process.platform === 'win32') {
    return path.join(environment.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local'), 'Trainyard');
  }
  const dataHome = environment.XDG_DATA_HOME;
  // The XDG specification: a relative path is invalid and is ignored.
  const folder = dataHome && path.isAbsolute(dataHome) ? dataHome : path.join(homedir(), '.local', 'share');
  return path.join(folder, 'trainyard');
}
