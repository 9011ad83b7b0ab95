/**
 * The sidecar of a script that is none of ours: node main.ts RUN_DIRECTORY. It reads what scripts write anyway (docs/own-scripts.md) and writes
 * `events.jsonl`. On standard output it says `ready` once the script may start; on standard input a line says how the script ended.
 * Exit codes: 0 all is read, and the result is written; 1 standard input ended before the script did.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { keepArtifacts } from './artifacts.ts';
import { whatWasBefore } from './before.ts';
import { LogFinder } from './find-files.ts';
import { Journal } from './journal.ts';
import { ScriptLogs } from './script-logs.ts';
import { freshState, type SourcesState } from './sources.ts';
import { Waker } from './waker.ts';

/** How the script ended, in the words of `exit.json`. */
interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly cause: string;
}

interface State extends SourcesState {
  artifacts: string[];
  isFinished: boolean;
}

/** The most of the time that may be spent on looking for new files. */
const shareOfFinding = 0.05;
const findEveryMs = 1000;
/** File systems take their times from a clock that is a tick behind: what is written at once after the start seems older than it. */
const tickMs = 20;

function workingFolder(directory: string): string {
  const config: { script?: { folder?: unknown } } = JSON.parse(
    readFileSync(path.join(directory, 'config.json'), 'utf8'),
  );
  if (typeof config.script?.folder !== 'string') throw new Error('config.json has no script.folder');
  return path.resolve(config.script.folder);
}

function listen(waker: Waker): { ending: Ending | null; isClosed: boolean } {
  const from: { ending: Ending | null; isClosed: boolean } = { ending: null, isClosed: false };
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => {
    from.ending = JSON.parse(line);
    waker.wake();
  });
  input.on('close', () => {
    from.isClosed = true;
    waker.wake();
  });
  return from;
}

function writeResult(journal: Journal<State>, { exitCode, signal, cause }: Ending): void {
  const metrics = journal.state.latest;
  if (cause === 'cancelled') journal.add('result', { status: 'cancelled', metrics });
  else if (exitCode === 0) journal.add('result', { status: 'completed', metrics });
  else {
    const how = signal === null ? `ended with code ${exitCode}` : `was ended by ${signal}`;
    journal.add('result', { status: 'failed', metrics, message: `The script ${how}` });
  }
}

async function main(): Promise<number> {
  const directory = path.resolve(process.argv[2] ?? '.');
  const working = workingFolder(directory);
  const output = path.join(directory, 'output');
  for (const folder of [output, path.join(directory, 'logged')])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  using waker = new Waker();
  const from = listen(waker);
  const finder = new LogFinder([working, output], [directory]);
  const before = whatWasBefore(directory, () => finder.find());
  const journal = new Journal<State>(directory, { ...freshState(), artifacts: [], isFinished: false });
  process.stdout.on('error', () => {});
  process.stdout.write('ready\n');
  if (journal.state.isFinished) return 0;
  const logs = new ScriptLogs(directory, { journal, before, finder });
  for (let nextFind = 0; ; ) {
    // Known before the files are read: then they have all that the script wrote.
    const { ending, isClosed } = from;
    const isOver = ending !== null || isClosed;
    const now = performance.now();
    if (isOver || now >= nextFind) {
      logs.find();
      const took = performance.now() - now;
      nextFind = performance.now() + Math.max(findEveryMs, took / shareOfFinding);
      waker.watch(logs.folders);
    }
    logs.read({ isOver });
    if (ending) {
      keepArtifacts(directory, journal, { since: before.startedMs - tickMs, working });
      writeResult(journal, ending);
      journal.state.isFinished = true;
      journal.flush();
      return 0;
    }
    if (isClosed) return 1;
    await waker.wait(findEveryMs);
  }
}

process.exit(await main());
