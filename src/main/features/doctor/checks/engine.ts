import { errorSentence, TrainyardError } from '../../../../shared/errors/error.ts';
import { answers, isAlive } from '../../../platform/find-engine.ts';
import { readEngineRecord, readSecrets } from '../../../platform/home.ts';
import { irregularEntries } from '../../../platform/state-folder.ts';
import { requireDatabase, requireOwnData } from '../../../postgres/embedded/initialise.ts';
import { findLocation, type Location } from '../../../postgres/embedded/location.ts';
import {
  isPostmaster,
  type PostmasterFile,
  readPostmasterFile,
} from '../../../postgres/embedded/postmaster.ts';
import { serverUser } from '../../../postgres/embedded/server-user.ts';
import type { FindingCode } from '../findings.ts';
import type { Check, Observation } from '../ports.ts';

const timeoutMs = 3_000;

async function look(home: string): Promise<Observation> {
  const record = readEngineRecord(home);
  if (!record) return { code: 'ENGINE_NOT_RUNNING', evidence: home };
  const evidence = `${record.url}, process ${record.pid}`;
  if (!isAlive(record.pid)) return { code: 'ENGINE_DIED', evidence };
  if (await answers(record.url, timeoutMs)) return { code: 'ENGINE_RUNNING', evidence };
  const command = process.platform === 'win32' ? `taskkill /PID ${record.pid}` : `kill ${record.pid}`;
  return { code: 'ENGINE_SILENT', evidence, command };
}

/** Whether the engine that the state folder names is alive and answers. */
export function engineCheck(home: string): Check {
  return {
    name: 'engine',
    run: async () => {
      try {
        return [await look(home)];
      } catch (error) {
        return [stateFault(error)];
      }
    },
  };
}

/** Faults of the state folder's own files and folders. */
const stateFaults: readonly FindingCode[] = [
  'DATABASE_MISSING',
  'POSTGRES_FOLDER_CLOSED',
  'POSTGRES_FOLDER_TAKEN',
  'POSTGRES_DATA_OF_ANOTHER_HOME',
  'POSTGRES_DATA_OWNER',
  'STATE_FILE_DAMAGED',
  'STATE_FILE_IRREGULAR',
  'STATE_FILE_UNREADABLE',
  'STATE_FOLDER_IRREGULAR',
  'HOME_OF_ANOTHER_USER',
];

/** A fault as a finding, with what is to be done for just this file; null where it is none. */
export function stateFaultOf(error: unknown): Observation | null {
  if (!(error instanceof TrainyardError)) return null;
  const code = stateFaults.find((known) => known === error.code);
  return code ? { code, evidence: errorSentence(error) } : null;
}

/** The same; rethrows what is none. */
function stateFault(error: unknown): Observation {
  const fault = stateFaultOf(error);
  if (!fault) throw error;
  return fault;
}

/** Whether the state folder's secrets can be read; without them nothing starts. */
export function secretsCheck(home: string): Check {
  return {
    name: 'secrets',
    run: async () => {
      try {
        readSecrets(home);
        return [];
      } catch (error) {
        return [stateFault(error)];
      }
    },
  };
}

/** Whether something else stands where the state folder's files and folders belong. */
export function entriesCheck(home: string): Check {
  return { name: 'entries', run: async () => irregularEntries(home).map(stateFault) };
}

/** Whether the database is where it belongs, and whether a PostgreSQL runs that no engine looks after. */
export function leftoversCheck(home: string): Check {
  return {
    name: 'leftovers',
    run: async () => {
      let location: Location;
      let server: PostmasterFile | null;
      try {
        const user = serverUser();
        location = findLocation(home, user);
        requireDatabase(location);
        requireOwnData(location, user);
        server = readPostmasterFile(location.dataDirectory);
      } catch (error) {
        return [stateFault(error)];
      }
      let attended: boolean;
      try {
        const record = readEngineRecord(home);
        attended = record !== null && isAlive(record.pid);
      } catch (error) {
        // The check of the engine tells of its damaged record; whose the server is cannot be known.
        if (!(error instanceof TrainyardError)) throw error;
        return [];
      }
      if (attended || !server || !isPostmaster(server.pid, location))
        return [{ code: 'LEFTOVERS_NONE', evidence: '' }];
      return [
        { code: 'POSTGRES_LEFT_RUNNING', evidence: `process ${server.pid} (${location.dataDirectory})` },
      ];
    },
  };
}
