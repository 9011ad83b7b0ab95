import { existsSync } from 'node:fs';
import path from 'node:path';
import { TrainyardError } from '../../../shared/model/errors.ts';
import type { Check, Observation } from '../../domain/doctor/ports.ts';
import { answers, isAlive } from '../../find-engine.ts';
import { readEngineRecord } from '../../home.ts';
import { locate } from '../embedded/postgres/location.ts';
import { isPostmaster, readPostmasterFile } from '../embedded/postgres/postmaster.ts';
import { serverUser } from '../embedded/postgres/server-user.ts';

const patienceMs = 3_000;

async function look(home: string): Promise<Observation> {
  const record = readEngineRecord(home);
  if (!record) return { code: 'ENGINE_NOT_RUNNING', evidence: home };
  const evidence = `${record.url}, process ${record.pid}`;
  if (!isAlive(record.pid)) return { code: 'ENGINE_DIED', evidence };
  if (await answers(record.url, patienceMs)) return { code: 'ENGINE_RUNNING', evidence };
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
        if (!(error instanceof TrainyardError) || error.code !== 'STATE_FILE_DAMAGED') throw error;
        return [{ code: 'STATE_FILE_DAMAGED', evidence: error.message }];
      }
    },
  };
}

/** Whether a PostgreSQL runs that no engine looks after. */
export function leftoversCheck(home: string): Check {
  return {
    name: 'leftovers',
    run: async () => {
      // Where no server was ever placed there is none, and looking must not place one.
      if (!existsSync(path.join(home, 'postgres.json'))) return [{ code: 'LEFTOVERS_NONE', evidence: '' }];
      const location = locate(home, serverUser());
      const server = readPostmasterFile(location.dataDirectory);
      let attended: boolean;
      try {
        const record = readEngineRecord(home);
        attended = record !== null && isAlive(record.pid);
      } catch (error) {
        // The check of the engine tells of its damaged record; whose the server is cannot be known.
        if (!(error instanceof TrainyardError) || error.code !== 'STATE_FILE_DAMAGED') throw error;
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
