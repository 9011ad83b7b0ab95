import { accessSync, constants } from 'node:fs';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import type { Profile } from '../../../../shared/model/stack.ts';
import { hasCode } from '../../../platform/error-code.ts';
import { openHome } from '../../../platform/home.ts';
import { DoctorService } from '../doctor-service.ts';
import type { Check, EndpointCheck } from '../ports.ts';
import { imagesCheck, trainerCheck } from './computing.ts';
import { type DatabaseProbe, databaseCheck } from './database.ts';
import { type DockerParts, dockerChecks } from './docker-checks.ts';
import { endpointsCheck } from './endpoints.ts';
import { engineCheck, entriesCheck, leftoversCheck, secretsCheck } from './engine.ts';
import { clockCheck, fileSystemCheck } from './file-system.ts';
import { memoryCheck, portCheck } from './machine.ts';
import { postgresCheck } from './postgres-programs.ts';
import { electronCheck, nodeCheck, packagesCheck } from './programs.ts';
import { sharedMemoryCheck } from './shared-memory.ts';
import { diskCheck, homeCheck } from './state-folder.ts';

/** A check that needs the state folder: where it can't be used, the check of the folder says so alone. */
function inHome(home: string, check: Check): Check {
  const run = async () => {
    try {
      accessSync(openHome(home), constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      if (error instanceof TrainyardError || hasCode(error, 'EACCES', 'EROFS')) return [];
      throw error;
    }
    return check.run();
  };
  return { ...check, group: 'state', run };
}

export interface DoctorParts extends Omit<DockerParts, 'profile'> {
  readonly home: string;
  readonly database: DatabaseProbe;
  /** The profile that the machine must serve, asked at each examination; faults of what it does without are warnings. Without: embedded. */
  readonly profile?: () => Profile;
  /** The servers of the profile `external`, asked then. @throws TrainyardError where their addresses cannot be used */
  readonly endpointChecks?: () => readonly EndpointCheck[];
}

/** The checks of a state folder and the machine that it is on. */
export function createDoctor(parts: DoctorParts): DoctorService {
  return new DoctorService(() => checksOf(parts, parts.profile?.() ?? 'embedded'));
}

function checksOf(parts: DoctorParts, profile: Profile): Check[] {
  const { home, database, endpointChecks } = parts;
  const ofEmbedded = (check: Check): Check => ({ ...check, optional: profile !== 'embedded' });
  return [
    nodeCheck(),
    packagesCheck(),
    // First of those on the state folder: it looks at the permissions before the others close an open folder.
    homeCheck(home),
    inHome(home, diskCheck(home)),
    inHome(home, fileSystemCheck(home)),
    inHome(home, clockCheck(home)),
    memoryCheck(),
    sharedMemoryCheck(),
    portCheck(),
    ofEmbedded({ ...inHome(home, postgresCheck(home)), group: 'machine' }),
    inHome(home, engineCheck(home)),
    inHome(home, leftoversCheck(home)),
    inHome(home, secretsCheck(home)),
    inHome(home, entriesCheck(home)),
    inHome(home, databaseCheck(database)),
    imagesCheck(),
    trainerCheck(),
    electronCheck(),
    ...dockerChecks({ ...parts, profile }),
    ...(endpointChecks && profile === 'external' ? [endpointsCheck(endpointChecks)] : []),
  ];
}
