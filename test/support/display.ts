import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A display for windows: the one that is there, else an Xvfb of our own, ended when disposed. */
export async function openDisplay(): Promise<{ display: string } & AsyncDisposable> {
  const existing = process.env.DISPLAY;
  if (existing) return { display: existing, [Symbol.asyncDispose]: async () => {} };
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1440x960x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [chunk]: [Buffer] = await Promise.race([
    once(server.stdout, 'data') as Promise<[Buffer]>,
    once(server, 'exit').then(() => Promise.reject(new Error('Xvfb ended before it named its display'))),
  ]);
  return {
    display: `:${chunk.toString().trim()}`,
    [Symbol.asyncDispose]: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}
