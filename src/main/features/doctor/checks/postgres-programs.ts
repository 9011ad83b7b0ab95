import { TrainyardError } from '../../../../shared/errors/error.ts';
import { openHome } from '../../../platform/home.ts';
import { type Binaries, checkBinaries, prepareBinaries } from '../../../postgres/embedded/binaries.ts';
import { copiesFolder } from '../../../postgres/embedded/location.ts';
import { serverUser } from '../../../postgres/embedded/server-user.ts';
import type { FindingCode } from '../findings.ts';
import type { Check } from '../ports.ts';

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
