// Ends a test run's PostgreSQL and removes its folder, however the run ends: it waits for its standard input to close.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const home = process.argv[2];
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
for await (const _ of process.stdin);

const note = path.join(home, 'postgres.json');
const area = path.resolve(
  home,
  existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')).folder : 'postgres',
);
const pidFile = path.join(area, 'data', 'postmaster.pid');
const running = () =>
  existsSync(pidFile) && existsSync(`/proc/${readFileSync(pidFile, 'utf8').split('\n')[0]}`);
if (existsSync(pidFile)) {
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  try {
    process.kill(pid, 'SIGQUIT');
    for (let tries = 0; tries < 200 && running(); tries += 1) await delay(25);
    if (running()) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
if (area !== path.join(home, 'postgres')) rmSync(path.dirname(area), { recursive: true, force: true });
