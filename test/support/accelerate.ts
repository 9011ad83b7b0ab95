import { spawnSync } from 'node:child_process';

/**
 * Installs what the Hugging Face Trainer wants beside transformers and torch. It is plain Python: a folder for PYTHONPATH is enough.
 * @param python a Python with pip
 * @returns why it cannot be installed; null: it is in the folder
 */
export function installAccelerate(python: string, folder: string): string | null {
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, 'accelerate==1.15.0'];
  const { status, stderr } = spawnSync(python, args, { encoding: 'utf8', timeout: 60_000 });
  return status === 0
    ? null
    : `pip could not install accelerate: ${stderr?.trim().split('\n').at(-1) ?? 'no Python'}`;
}
