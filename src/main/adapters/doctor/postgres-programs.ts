import { TrainyardError } from '../../../shared/model/errors.ts';
import type { FindingCode } from '../../domain/doctor/findings.ts';
import type { Check } from '../../domain/doctor/ports.ts';
import { openHome } from '../../home.ts';
import { type Binaries, checkBinaries, prepareBinaries } from '../embedded/postgres/binaries.ts';
import { copiesFolder } from '../embedded/postgres/location.ts';
import { serverUser } from '../embedded/postgres/server-user.ts';

const codes: readonly FindingCode[] = [
  'POSTGRES_BINARIES_MISSING',
  'POSTGRES_BINARIES_BROKEN',
  'POSTGRES_NO_USER',
];

function ownBinaries(home: string): Binaries {
  const user = serverUser();
  return prepareBinaries(copiesFolder(openHome(home), user), user);
}

/** Starts PostgreSQL's program as far as its version. */
export function postgresCheck(home: string, binaries: (home: string) => Binaries = ownBinaries): Check {
  return {
    name: 'postgres',
    run: async () => {
      try {
        return [{ code: 'POSTGRES_OK', evidence: await checkBinaries(binaries(home)) }];
      } catch (error) {
        const code =
          error instanceof TrainyardError ? codes.find((known) => known === error.code) : undefined;
        if (!code || !(error instanceof TrainyardError)) throw error;
        return [{ code, evidence: error.message }];
      }
    },
  };
}
