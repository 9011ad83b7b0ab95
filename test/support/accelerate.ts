import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hasCode } from '../../src/main/platform/error-code.ts';

const version = '1.15.0';

/** What the Hugging Face Trainer wants beside transformers and torch: plain Python, for which a folder in PYTHONPATH is enough. */
export const accelerateFolder = path.join(tmpdir(), `trainyard-test-accelerate-${version}`);

/**
 * Installs it, once for all tests to come.
 * @param python a Python with pip
 * @returns why it cannot be installed; null: it is there
 */
export function installAccelerate(python: string): string | null {
  if (existsSync(accelerateFolder)) return null;
  const part = mkdtempSync(`${accelerateFolder}-`);
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', part, `accelerate==${version}`];
  const { status, stderr } = spawnSync(python, args, { encoding: 'utf8', timeout: 60_000 });
  try {
    if (status === 0) renameSync(part, accelerateFolder);
  } catch (error) {
    // Another test was quicker.
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  const reason = stderr?.trim().split('\n').at(-1) ?? `there is no ${python}`;
  return status === 0 ? null : `pip could not install accelerate: ${reason}`;
}
