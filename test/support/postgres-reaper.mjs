// Ends a test run's PostgreSQL and removes its folder, however the run ends: it waits for its standard input to close.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const folder = process.argv[2];
const home = path.join(folder, 'home');
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
for await (const _ of process.stdin);

const note = path.join(home, 'postgres.json');
const area = path.resolve(
  home,
  existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')).folder : 'postgres',
);
const pidFile = path.join(area, 'data', 'postmaster.pid');
/** Null where the server has taken the file away, which it may do between any two looks. */
const readPid = () => {
  try {
    return Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
};
const running = () => {
  const pid = readPid();
  return pid !== null && existsSync(`/proc/${pid}`);
};
const pid = readPid();
if (pid !== null) {
  try {
    process.kill(pid, 'SIGQUIT');
    for (let tries = 0; tries < 200 && running(); tries += 1) await delay(25);
    if (running()) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
if (area !== path.join(home, 'postgres')) rmSync(path.dirname(area), { recursive: true, force: true });
