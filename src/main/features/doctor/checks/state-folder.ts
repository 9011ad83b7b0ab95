import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { formatBytes } from '../../../../shared/format/units.ts';
import { type DiskLevel, diskLevel } from '../../../../shared/model/disk.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { diskRoom } from '../../../platform/faults/disk-room.ts';
import { openHome } from '../../../platform/home.ts';
import { requireUsablePath } from '../../../platform/paths.ts';
import { databaseFile } from '../../../postgres/embedded/location-notes.ts';
import type { Check, Observation } from '../ports.ts';
import { quoted } from './quoted.ts';

const codes = { full: 'DISK_FULL', low: 'DISK_LOW', ok: 'DISK_OK' } as const satisfies Record<
  DiskLevel,
  string
>;

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
        requireUsablePath(home);
        // Before openHome, which closes an open folder.
        const seen = statSync(home, { throwIfNoEntry: false }) ? permissions(home) : null;
        openHome(home);
        accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
        return [seen ?? permissions(home)];
      } catch (error) {
        if (!(error instanceof TrainyardError) && !hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR'))
          throw error;
        const isUnsuited = error instanceof TrainyardError && error.code === 'HOME_PATH_UNSUITED';
        return [{ code: isUnsuited ? error.code : 'HOME_UNUSABLE', evidence: error.message }];
      }
    },
  };
}

/** What a new database takes before there is anything in it: 48 MiB were seen. */
const newDatabaseBytes = 64 * 1024 ** 2;

/** Room on the disk with the state folder, judged as the engine does that refuses writes there; or that could not be started there. */
export function diskCheck(home: string, freeBytes?: number): Check {
  return {
    name: 'disk',
    run: async () => {
      const room = { ...(await diskRoom(openHome(home))), ...(freeBytes === undefined ? {} : { freeBytes }) };
      const evidence = `${formatBytes(room.freeBytes)} / ${formatBytes(room.totalBytes)} (${home})`;
      const lacksRoom = !existsSync(databaseFile(home)) && room.freeBytes < newDatabaseBytes;
      return [{ code: codes[lacksRoom ? 'full' : diskLevel(room)], evidence }];
    },
  };
}
