import type { DatabaseOrigin } from '../../../../shared/contract/system.ts';
import { errorMessage, TrainyardError } from '../../../../shared/errors/error.ts';
import { answers, isAlive } from '../../../platform/find-engine.ts';
import { readEngineRecord, readSecrets } from '../../../platform/home.ts';
import { irregularEntries } from '../../../platform/state-folder.ts';
import { requireDatabase, requireOwnData } from '../../../postgres/embedded/initialise.ts';
import { findLocation } from '../../../postgres/embedded/location.ts';
import { isPostmaster, readPostmasterFile } from '../../../postgres/embedded/postmaster.ts';
import { serverUser } from '../../../postgres/embedded/server-user.ts';
import { findings, type Observation, observed } from '../findings.ts';

const timeoutMs = 3_000;

/** A fault of the state folder's own files and folders, which says itself what is to be done; null for anything else. */
function stateFaultOf(error: unknown): Observation | null {
  return error instanceof TrainyardError && Object.hasOwn(findings.state, error.code)
    ? observed(error, error.place.file)
    : null;
}

/** What a look at the state folder saw, or the fault that it ended with. */
async function orStateFault(look: () => Promise<Observation[]> | Observation[]): Promise<Observation[]> {
  try {
    return await look();
  } catch (error) {
    const fault = stateFaultOf(error);
    if (!fault) throw error;
    return [fault];
  }
}

/** Whether the engine that the state folder names is alive and answers. */
export function checkEngine(home: string): Promise<Observation[]> {
  return orStateFault(async () => {
    const record = readEngineRecord(home);
    if (!record) return [{ code: 'ENGINE_NOT_RUNNING', evidence: home }];
    const evidence = `${record.url}, process ${record.pid}`;
    if (!isAlive(record.pid)) return [{ code: 'ENGINE_DIED', evidence }];
    if (await answers(record.url, timeoutMs)) return [{ code: 'ENGINE_RUNNING', evidence }];
    const command = process.platform === 'win32' ? `taskkill /PID ${record.pid}` : `kill ${record.pid}`;
    return [{ code: 'ENGINE_SILENT', evidence, command }];
  });
}

/** Whether the state folder's secrets can be read; without them nothing starts. */
export function checkSecrets(home: string): Promise<Observation[]> {
  return orStateFault(() => {
    readSecrets(home);
    return [];
  });
}

/** Checks for foreign files where the state folder's files and folders belong. */
export function checkEntries(home: string): Observation[] {
  return irregularEntries(home).map((error) => observed(error, error.place.file));
}

/** Whether the database is where it belongs, and whether a PostgreSQL runs that no engine looks after. */
export function checkLeftovers(home: string): Promise<Observation[]> {
  return orStateFault(() => {
    const user = serverUser();
    const location = findLocation(home, user);
    requireDatabase(location);
    requireOwnData(location, user);
    const server = readPostmasterFile(location.dataDirectory);
    let isAttended: boolean;
    try {
      const record = readEngineRecord(home);
      isAttended = record !== null && isAlive(record.pid);
    } catch (error) {
      // The check of the engine reports the damaged record; whose server this is cannot be known.
      if (!(error instanceof TrainyardError)) throw error;
      return [];
    }
    if (isAttended || !server || !isPostmaster(server.pid, location))
      return [{ code: 'LEFTOVERS_NONE', evidence: '' }];
    const evidence = `process ${server.pid} (${location.dataDirectory})`;
    return [{ code: 'POSTGRES_LEFT_RUNNING', evidence }];
  });
}

/**
 * What a database says of itself, as the engine has it; throws where it does not answer. Null: there is no engine whose database could be
 * asked.
 */
export type DatabaseProbe = () => Promise<{
  readonly version: string;
  readonly revision: string | null;
  readonly head: string;
  readonly how: DatabaseOrigin;
} | null>;

/** Whether the database answers and has this program's schema. */
export async function checkDatabase(probe: DatabaseProbe): Promise<Observation[]> {
  try {
    const found = await probe();
    // An engine whose stores are closed, as when its stack is stopped, has no database.
    if (!found || found.how === 'away') return [];
    const evidence = `PostgreSQL ${found.version}, ${found.revision ?? 'base'} / ${found.head}`;
    return [{ code: found.revision === found.head ? 'DATABASE_OK' : 'SCHEMA_BEHIND', evidence }];
  } catch (error) {
    // The lock in the state folder shows whether an engine runs that could be asked.
    return [stateFaultOf(error) ?? { code: 'DATABASE_UNREACHABLE', evidence: errorMessage(error) }];
  }
}
