import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { databaseFolder } from './engine.ts';

/** What a process has used so far. */
export interface ProcessUse {
  /** Processor time in milliseconds, to 10. */
  readonly cpuMs: number;
  /** How often its main thread began to wait. */
  readonly waits: number;
  /** Memory in bytes; what it shares with others counts in parts. */
  readonly bytes: number;
}

/** Fields of `stat` behind the program's name, from the state (3) on. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** What a process has used, by /proc; null if there is none. */
export function processUse(pid: number): ProcessUse | null {
  try {
    const stat = statOf(pid);
    const waits = /^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return {
      cpuMs: (Number(stat[11]) + Number(stat[12])) * 10,
      waits: Number(waits),
      bytes: Number(pss) * 1024,
    };
  } catch {
    return null;
  }
}

/** The processes of a state folder's PostgreSQL: the first, and those that it forked. */
export async function databaseProcesses(home: string): Promise<number[]> {
  const folder = await databaseFolder(home);
  if (folder === null) throw new Error(`there is no database of ${home}`);
  const first = Number.parseInt(readFileSync(path.join(folder, 'data', 'postmaster.pid'), 'utf8'), 10);
  const forked = readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && Number(statOf(Number(name))[1]) === first;
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
  return [first, ...forked.map(Number)];
}

/** A process with the children that it has waited for: those that came and went count, too. In milliseconds. */
export function cpuWithEnded(pid: number): number {
  const stat = statOf(pid);
  return [11, 12, 13, 14].reduce((sum, field) => sum + Number(stat[field]) * 10, 0);
}
