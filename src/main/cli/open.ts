import { spawn } from 'node:child_process';
import type { Command } from './lib/define.ts';
import { withEngine } from './lib/engine.ts';
import { remark, writeResult } from './lib/output.ts';

/** The platform's program that opens a link; null if there is no display to open it on. */
function opener(): readonly string[] | null {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return process.env.DISPLAY || process.env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
}

function openInBrowser(url: string): void {
  const [program, ...argv] = opener() ?? [];
  if (!program) return;
  const child = spawn(program, [...argv, url], { stdio: 'ignore', detached: true });
  child.on('error', (error) => remark(`${program}: ${error.message}`));
  child.unref();
}

export function defineOpen(command: Command): void {
  command
    .explain({ examples: ['open', 'open --no-browser'], json: '{"url", "expiresAt"}' })
    .flag('--no-browser', 'only print the link', '링크를 출력만 합니다')
    .perform<{ browser: boolean }>(async ({ browser, json }) => {
      const ticket = await withEngine((api) => api.system.ticket());
      await writeResult({ json }, ticket, () => ticket.url);
      if (!json && browser && process.stdout.isTTY) openInBrowser(ticket.url);
      return 0;
    });
}
