import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cliJson, startEngine, waitFor } from '../../support/engine.ts';
import { preparedHome } from '../../support/prepared-home.ts';
import { rest } from '../../support/rest.ts';
import { docker } from '../../support/servers.ts';

/** What tests look at of a run. */
export interface TrainedRun {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly executor: string;
  readonly finalMetrics: Record<string, number> | null;
}

const over = ['completed', 'failed', 'cancelled'];

/**
 * An engine of a test's own with a project `demo`, and datasets in it.
 * @param writers by name: each writes its dataset into a folder, which is imported, or answers the path of another source
 */
export async function openTrainingEngine(
  writers: Readonly<Record<string, (folder: string) => Promise<unknown>>>,
  environment: NodeJS.ProcessEnv = {},
) {
  const place = await preparedHome();
  const { home } = place;
  const folder = path.dirname(home);
  // What is in the caches of whoever runs the tests does not count.
  const caches = { HF_HOME: path.join(folder, 'hf'), TORCH_HOME: path.join(folder, 'torch') };
  const engine = await startEngine(home, undefined, { ...caches, ...environment });
  const json = <T>(...args: string[]) => cliJson<T>(home, args);
  // Not by the command line: each look would be a program that takes a core from the training.
  const show = (id: string) => rest<TrainedRun>(engine, 'GET', `/runs/${id}`);
  const until = (id: string, statuses: readonly string[], timeoutMs: number) =>
    waitFor(
      `run ${id} to be ${statuses.join(' or ')}`,
      async () => {
        const run = await show(id);
        return statuses.includes(run.status) && run;
      },
      timeoutMs,
    );
  const directoryOf = (id: string, attempt = 1) => path.join(home, 'runs', id, String(attempt));
  await json('project', 'create', 'demo');
  for (const [name, write] of Object.entries(writers)) {
    const other = await write(path.join(folder, name));
    const source = typeof other === 'string' ? other : path.join(folder, name);
    await json('dataset', 'import', source, '--project', 'demo', '--name', name);
  }
  return {
    ...{ home, folder, engine, json, show, until, directoryOf },
    untilOver: (id: string, timeoutMs = 240_000) => until(id, over, timeoutMs),
    /** Queues a training in `demo`; answers its run. */
    train: async (...args: string[]) =>
      (await json<{ runId: string }>('train', '--project', 'demo', ...args)).runId,
    /** What an attempt's trainer has said so far; empty while it has said nothing. */
    eventsOf: (id: string, attempt = 1) =>
      readFile(path.join(directoryOf(id, attempt), 'events.jsonl'), 'utf8').catch(() => ''),
    /** Containers of a run, ended ones too. */
    containersOf: async (id: string) =>
      (await docker(['ps', '-aq', '--filter', `label=trainyard.run=${id}`]))
        .trim()
        .split('\n')
        .filter(Boolean),
    [Symbol.asyncDispose]: async () => {
      const { runs } = await rest<{ runs: readonly TrainedRun[] }>(engine, 'GET', '/runs');
      for (const { id, status } of runs) {
        if (over.includes(status)) continue;
        await json('runs', 'cancel', id);
        await until(id, over, 60_000);
      }
      await engine.stop();
      await place[Symbol.asyncDispose]();
    },
  };
}
