import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { findNode } from '../../bin/find-node.mjs';
import { cliFile, temporaryHome } from '../support/engine.ts';

const closed = 81;
/** A program that may not open the ports below 1024, though root started it. */
const without = ['--bounding-set=-net_bind_service'];

function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return new Promise<{ code: unknown; output: string }>((resolve) => {
    execFile(command, [...args], { env: { ...process.env, ...environment } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

const listening = `require('net').createServer().on('error', ({ code }) => console.log(code)).listen(${closed}, '127.0.0.1', () => process.exit())`;
const tried = await run('setpriv', [...without, process.execPath, '-e', listening]);
const reason = tried.output.includes('EACCES') ? null : 'needs root, setpriv, and ports that are closed';
if (reason) console.info(`skipped: a port that the system keeps, ${reason}`);

test.skipIf(reason)('a port that this account may not open is not blamed on another program', async () => {
  await using place = await temporaryHome();
  const args = [findNode(), cliFile, 'serve', '--profile', 'docker', '--port', String(closed)];
  const serve = (language: string) =>
    run('setpriv', [...without, ...args], { TRAINYARD_HOME: place.home, TRAINYARD_LANG: language });
  const english = await serve('en');
  expect(english.code).not.toBe(0);
  expect(english.output).toMatch(/port 81 of the engine.+Give this account the right.+--port 0/s);
  expect(english.output).not.toContain('End that program');
  expect((await serve('ko')).output).toMatch(/권한/);
});
