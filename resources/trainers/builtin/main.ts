/**
 * The builtin trainer: node main.ts [RUN_DIRECTORY]. It knows its run directory only (docs/run-directory.md).
 * Exit codes: 0 completed, or cancelled after a last checkpoint; 1 failed.
 */
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { Events } from './events.ts';
import { Stopped } from './failure.ts';
import { Stop } from './stop.ts';

async function main(): Promise<number> {
  // The files behind them may be on a full disk; a lost line is no reason to end a training.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  // Before everything that takes time to load: from here on SIGTERM is answered.
  const stop = new Stop();
  const directory = path.resolve(process.argv[2] ?? '.');
  const events = new Events(path.join(directory, 'events.jsonl'));
  try {
    const { runTraining } = await import('./run.ts');
    events.result('completed', await runTraining(directory, import.meta.filename, events, stop));
    return 0;
  } catch (error) {
    if (error instanceof Stopped) {
      events.log('info', `Stopped: ${error.message}.`);
      events.result('cancelled', {}, error.message);
      return 0;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    events.result('failed', {}, error instanceof Error ? error.message : String(error));
    return 1;
  }
}

// Standard input is a pipe that stays open as long as the supervisor lives: without `exit` the process would wait for its end.
if (isMainThread) process.exit(await main());
// The second thread is this same file: it is where the trainer is, bundled or not.
else await import('./helper-thread.ts');
