import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const program = path.join(import.meta.dirname, 'engine-program.ts');

export interface EngineProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  kill(): Promise<void>;
}

/** Starts an engine in a process of its own, and waits until it works through Temporal. */
export async function startEngineProcess(
  url: string,
  folder: string,
  machineId: string,
  address: string,
): Promise<EngineProcess> {
  const child = spawn(process.execPath, [program, url, folder, machineId, address], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
  const ended = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(([code]) => Promise.reject(new Error(`the engine ended with ${code}: ${complaint}`))),
  ]);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  return {
    process: child,
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}
