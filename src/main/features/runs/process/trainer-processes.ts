import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { processIds, readProcess } from '../supervisor/run-processes.ts';

const execute = promisify(execFile);

export interface ProcessLine {
  readonly pid: number;
  /** The whole command line, its arguments parted by spaces. */
  readonly command: string;
}

/** Every process that can be seen. Zombies have no command line, so they are not there. */
export async function listProcesses(): Promise<ProcessLine[]> {
  if (process.platform === 'linux')
    return processIds().flatMap((pid) => {
      const command = Buffer.from(readProcess(pid, 'cmdline') ?? '', 'latin1').toString('utf8');
      return command === '' ? [] : [{ pid, command: command.replaceAll('\0', ' ').trimEnd() }];
    });
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

/** The processes with a part in their command line that ends with the run directory, without supervisors. */
export async function trainerProcesses(part: string, runDirectory: string): Promise<number[]> {
  return (await listProcesses())
    .filter(({ command }) => command.includes(part) && command.endsWith(runDirectory))
    .filter(({ command, pid }) => !command.includes(` ${runDirectory} --`) && pid !== process.pid)
    .map(({ pid }) => pid);
}
