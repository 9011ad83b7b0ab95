import { accessSync, constants, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { TrainyardError } from '../../../shared/model/errors.ts';
import type { Check, Observation } from '../../domain/doctor/ports.ts';
import { hasCode } from '../../error-code.ts';
import { openHome } from '../../home.ts';
import { quoted } from './quoted.ts';

const gibibyte = 1024 ** 3;
/** Below the first nothing can be trusted to be written; below the second a training may fill it. */
const full = gibibyte;
const low = 5 * gibibyte;

function permissions(home: string): Observation {
  if (process.platform === 'win32') return { code: 'HOME_OK', evidence: home };
  const mode = statSync(home).mode & 0o777;
  const evidence = `${home} (${mode.toString(8).padStart(4, '0')})`;
  // 0710 lets the account that PostgreSQL runs under through, and nobody read.
  if ((mode & 0o067) === 0) return { code: 'HOME_OK', evidence };
  return { code: 'HOME_OPEN_TO_OTHERS', evidence, command: `chmod 700 ${quoted(home)}` };
}

/** Makes the state folder where it is not there, as every start does; looks at the one that is. */
export function homeCheck(home: string): Check {
  return {
    name: 'state folder',
    run: async () => {
      try {
        // Before openHome, which closes an open folder.
        const seen = statSync(home, { throwIfNoEntry: false }) ? permissions(home) : null;
        openHome(home);
        accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
        return [seen ?? permissions(home)];
      } catch (error) {
        if (!(error instanceof TrainyardError) && !hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'))
          throw error;
        return [{ code: 'HOME_UNUSABLE', evidence: error.message }];
      }
    },
  };
}

/** Room on the disk with the state folder, for whom it is written as. */
export function diskCheck(home: string, freeBytes?: number): Check {
  return {
    name: 'disk',
    run: async () => {
      const { bavail, blocks, bsize } = await statfs(openHome(home));
      const free = freeBytes ?? bavail * bsize;
      const inGibibytes = (bytes: number) => `${(bytes / gibibyte).toFixed(1)} GiB`;
      const code = free < full ? 'DISK_FULL' : free < low ? 'DISK_LOW' : 'DISK_OK';
      return [{ code, evidence: `${inGibibytes(free)} / ${inGibibytes(blocks * bsize)} (${home})` }];
    },
  };
}
