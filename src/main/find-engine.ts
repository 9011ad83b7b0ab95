import { get } from 'node:http';
import { TrainyardError } from '../shared/model/errors.ts';
import { type EngineRecord, readEngineRecord } from './home.ts';

/** Where an engine is, and what proves to it who asks. */
export type EngineAddress = Pick<EngineRecord, 'url' | 'token' | 'pid'>;

/** Whether a process of this id is there (ours or another user's). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether something answers as an engine at this address; never waits longer than `timeoutMs`. */
export function answers(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${url}/healthz`, { agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** The record is a hint only: where it is damaged, the engine's lock tells whether one runs, and the next one writes it anew. */
function recordOf(home: string): EngineRecord | null {
  try {
    return readEngineRecord(home);
  } catch (error) {
    if (error instanceof TrainyardError) return null;
    throw error;
  }
}

/** The engine that serves this state folder now; null where none does. */
export async function findEngine(home: string, timeoutMs = 2000): Promise<EngineAddress | null> {
  const record = recordOf(home);
  if (!record || !isAlive(record.pid)) return null;
  return (await answers(record.url, timeoutMs)) ? record : null;
}
