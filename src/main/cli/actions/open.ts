import { spawn } from 'node:child_process';
import type { CommonOptions } from '../define.ts';
import { withEngine } from '../engine.ts';
import { translate } from '../language.ts';
import { remark, writeJson, writeLine } from '../output.ts';

export interface OpenOptions {
  readonly browser: boolean;
}

/** The platform's program that opens a link; null where there is no display to open it on. */
function opener(): readonly string[] | null {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
}

function openInBrowser(url: string): void {
  const [program, ...argv] = opener() ?? [];
  if (!program) return;
  const child = spawn(program, [...argv, url], { stdio: 'ignore', detached: true });
  child.on('error', (error) =>
    remark(translate(`${program}: ${error.message}`, `${program}: ${error.message}`)),
  );
  child.unref();
}

/** Prints a one-time link; opens it for a person who sits at a display. */
export async function open(options: OpenOptions & CommonOptions): Promise<undefined> {
  const ticket = await withEngine((api) => api.system.ticket());
  if (options.json) return writeJson(ticket).then(() => undefined);
  await writeLine(ticket.url);
  if (options.browser && process.stdout.isTTY) openInBrowser(ticket.url);
}
