import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { hasCode } from '../../../platform/error-code.ts';

const execute = promisify(execFile);

export interface ProcessLine {
  readonly pid: number;
  /** The whole command line, its arguments parted by spaces. */
  readonly command: string;
}

async function linuxProcesses(): Promise<ProcessLine[]> {
  const lines = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        try {
          const text = await readFile(path.join('/proc', name, 'cmdline'), 'utf8');
          return { pid: Number(name), command: text.replaceAll('\0', ' ').trimEnd() };
        } catch (error) {
          // It ended while we looked, or is somebody else's.
          if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES')) return null;
          throw error;
        }
      }),
  );
  return lines.filter((line) => line !== null);
}

/** Every process that can be seen. Zombies have no command line, so they are not there. */
export async function listProcesses(): Promise<ProcessLine[]> {
  if (process.platform === 'linux') return linuxProcesses();
  const [program, ...args] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          '-NoProfile',
          '-Command',
          'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }',
        ]
      : ['ps', '-axww', '-o', 'pid=,args='];
  const { stdout } = await execute(program ?? 'ps', args, { maxBuffer: 64 * 1024 * 1024, timeout: 30_000 });
  return stdout.split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*\S)\s*$/.exec(line);
    return match?.[1] && match[2] ? [{ pid: Number(match[1]), command: match[2] }] : [];
  });
}
