import { statSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import { TrainyardError } from '../../shared/errors/error.ts';
import { type EngineRecord, isEngineLocked, readEngineRecord } from './home.ts';

/** Where an engine is, and what proves to it who asks. */
export interface EngineAddress extends Pick<EngineRecord, 'url' | 'token' | 'pid'> {
  /** Absolute; null if only its port leads to it. */
  readonly socket: string | null;
}

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

/** The record is a hint only: if it is damaged, the engine's lock shows whether one runs, and the next engine writes the record anew. */
function recordOf(home: string): EngineRecord | null {
  try {
    return readEngineRecord(home);
  } catch (error) {
    if (error instanceof TrainyardError) return null;
    throw error;
  }
}

/** A Unix socket's address has room for 103 bytes on macOS, for 107 on Linux. */
const longestSocketPath = 103;

/** Where the engine of a state folder can be reached without a port; null if the system or the path's length forbids it. */
export function engineSocket(home: string): string | null {
  const file = path.join(home, 'engine.sock');
  return process.platform === 'win32' || Buffer.byteLength(file) > longestSocketPath ? null : file;
}

/** Whatever else lies in its place leads nowhere, and the port still does. */
function isSocket(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isSocket() ?? false;
  } catch {
    // A link that leads round in a circle.
    return false;
  }
}

function addressIn(home: string): EngineAddress | null {
  const record = recordOf(home);
  if (!record) return null;
  const socket = engineSocket(home);
  return { ...record, socket: socket !== null && isSocket(socket) ? socket : null };
}

/**
 * Where an engine of this state folder wrote that it is, if its socket lies there; null if not. Whether it still runs is seen by connecting:
 * only this user's programs could listen there, and the port is not to be asked.
 */
export function socketAddress(home: string): EngineAddress | null {
  const address = addressIn(home);
  return address?.socket == null ? null : address;
}

/**
 * The engine that serves this state folder now; null if none does, or not yet. Its lock decides: what a killed engine wrote about itself
 * stays, and by now the port may be anybody's. Not to be called in the engine's own process.
 */
export function findEngine(home: string): EngineAddress | null {
  return isEngineLocked(home) ? addressIn(home) : null;
}
