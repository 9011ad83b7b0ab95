import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findNode } from '../../../bin/find-node.mjs';

/** The engine that the window shows. `stop` ends it only where this shell started it. */
export interface EngineLink {
  /** An address that opens the UI, its ticket or token included. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Attaches to the engine that `TRAINYARD_ENGINE_URL` names; else asks the CLI for a link to the one of the state folder,
 * which starts one where none runs.
 * @throws Error with the CLI's own sentence where no engine could be had
 */
export async function linkToEngine(appRoot: string, environment: NodeJS.ProcessEnv): Promise<EngineLink> {
  const given = environment.TRAINYARD_ENGINE_URL;
  if (given) {
    const url = new URL(given);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new Error(`TRAINYARD_ENGINE_URL is no http address: ${given}`);
    return { url: url.href, stop: async () => {} };
  }
  const child = spawn(
    findNode(),
    [path.join(appRoot, 'out', 'node', 'cli.js'), 'serve', '--attach', '--json'],
    {
      cwd: appRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    },
  );
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-4000);
  });
  const line = await new Promise<string>((resolve, reject) => {
    // A library may have a word of its own before it, where the shell asks it to.
    createInterface({ input: child.stdout }).on('line', (text) => text.startsWith('{') && resolve(text));
    child.on('error', reject);
    child.once('exit', (code) => reject(new Error(complaint.trim() || `The engine ended with ${code}.`)));
  });
  const ready: { url: string; ticketUrl?: string } = JSON.parse(line);
  return {
    url: ready.ticketUrl ?? ready.url,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
