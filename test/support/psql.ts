import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** Why no psql can be asked here; null where one can. */
export const withoutPsql: string | null = (() => {
  try {
    execFileSync('psql', ['--version'], { stdio: 'pipe' });
    return null;
  } catch {
    return 'there is no psql on this machine';
  }
})();

/** Has psql run a file in a database; rejects where a statement failed. */
export async function runSqlFile(url: string, file: string): Promise<void> {
  await promisify(execFile)('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, url]);
}
