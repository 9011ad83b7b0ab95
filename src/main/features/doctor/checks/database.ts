import { errorMessage } from '../../../../shared/errors/error.ts';
import type { Check } from '../ports.ts';
import { stateFaultOf } from './engine.ts';

/** What a database says of itself; throws where it does not answer. Null: there is no engine whose database could be asked. */
export type DatabaseProbe = () => Promise<{ version: string; revision: string | null; head: string } | null>;

/** Whether the database answers and has this program's schema. */
export function databaseCheck(probe: DatabaseProbe): Check {
  return {
    name: 'database',
    run: async () => {
      try {
        const found = await probe();
        if (!found) return [];
        const evidence = `PostgreSQL ${found.version}, ${found.revision ?? 'base'} / ${found.head}`;
        return [{ code: found.revision === found.head ? 'DATABASE_OK' : 'SCHEMA_BEHIND', evidence }];
      } catch (error) {
        // Whether an engine runs, which could be asked, is told by its lock in the state folder.
        const fault = stateFaultOf(error);
        if (fault) return [fault];
        return [{ code: 'DATABASE_UNREACHABLE', evidence: errorMessage(error) }];
      }
    },
  };
}
