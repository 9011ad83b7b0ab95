import { TrainyardError } from '../../../shared/model/errors.ts';
import { DoctorService } from '../../domain/doctor/doctor-service.ts';
import type { Check } from '../../domain/doctor/ports.ts';
import { openHome } from '../../home.ts';
import { imagesCheck, trainerCheck } from './computing.ts';
import { type DatabaseProbe, databaseCheck } from './database.ts';
import { engineCheck, leftoversCheck } from './engine.ts';
import { clockCheck, fileSystemCheck } from './file-system.ts';
import { memoryCheck, portCheck } from './machine.ts';
import { postgresCheck } from './postgres-programs.ts';
import { electronCheck, nodeCheck, packagesCheck } from './programs.ts';
import { diskCheck, homeCheck } from './state-folder.ts';

/** A check that needs the state folder: where it can't be used, the check of the folder says so alone. */
function inHome(home: string, check: Check): Check {
  const run = async () => {
    try {
      openHome(home);
    } catch (error) {
      if (error instanceof TrainyardError) return [];
      throw error;
    }
    return check.run();
  };
  return { name: check.name, run };
}

/** The checks of the embedded profile. */
export function createDoctor(options: {
  readonly home: string;
  readonly database: DatabaseProbe;
}): DoctorService {
  const { home, database } = options;
  return new DoctorService([
    nodeCheck(),
    packagesCheck(),
    // First of those on the state folder: it looks at the permissions before the others close an open folder.
    homeCheck(home),
    inHome(home, diskCheck(home)),
    inHome(home, fileSystemCheck(home)),
    inHome(home, clockCheck(home)),
    memoryCheck(),
    portCheck(),
    inHome(home, postgresCheck(home)),
    inHome(home, engineCheck(home)),
    inHome(home, leftoversCheck(home)),
    inHome(home, databaseCheck(database)),
    imagesCheck(),
    trainerCheck(),
    electronCheck(),
  ]);
}
