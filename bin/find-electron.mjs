// Finds Electron's program without asking its package, which would fetch the program where it is absent.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const programs = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/**
 * The absolute path of Electron's program: under `ELECTRON_OVERRIDE_DIST_PATH`, else in its package; null where it is nowhere.
 * @param {Record<string, string | undefined>} [environment]
 * @param {string} [root] the folder that holds node_modules
 * @returns {string | null}
 */
export function findElectron(
  environment = process.env,
  root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..'),
) {
  const folder =
    environment.ELECTRON_OVERRIDE_DIST_PATH || path.join(root, 'node_modules', 'electron', 'dist');
  const program = path.join(folder, programs[process.platform] ?? 'electron');
  return existsSync(program) ? program : null;
}
