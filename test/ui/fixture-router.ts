import { ORPCError } from '@orpc/server';
import { os } from './fixture-api.ts';
import { fixtureBackups } from './fixture-backups.ts';
import { fixtureDatabase } from './fixture-database.ts';
import { fixtureDatasets } from './fixture-datasets.ts';
import { fixtureInbox } from './fixture-inbox.ts';
import { fixtureJobs } from './fixture-jobs.ts';
import { fixtureRuns } from './fixture-runs.ts';
import { fixtureSettings } from './fixture-settings.ts';
import { fixtureStackRouter } from './fixture-stack-router.ts';
import type { FixtureState } from './fixture-state.ts';
import { fixtureProjects, fixtureSystem } from './fixture-system.ts';
import { fixtureTemplates } from './fixture-templates.ts';
import { fixtureWeights } from './fixture-weights.ts';

/** Errors that a test wishes for: the next call of a procedure ("system.doctor") answers with this code. */
export type FixtureFaults = Map<string, string>;

/** Throws the error that was wished for, once. */
export function meetFault(faults: FixtureFaults, path: readonly string[]): void {
  const name = path.join('.');
  const code = faults.get(name);
  if (code === undefined) return;
  faults.delete(name);
  throw new ORPCError(code, {
    status: 500,
    message: `The fixture was told to answer ${code}`,
    data: { hint: 'Try it again: the next answer is good.', place: {} },
  });
}

/** Refuses what needs the stores while they are away, as the engine does. */
export function meetStores(state: FixtureState, [domain]: readonly string[]): void {
  if (['system', 'settings', 'stack'].includes(domain ?? '')) return;
  if (state.databaseSilent)
    throw new ORPCError('DATABASE_UNAVAILABLE', {
      status: 503,
      message: 'The database does not answer',
      data: { hint: 'The engine waits for it, and continues automatically.', place: {} },
    });
  if (state.storesThere) return;
  throw new ORPCError('STORES_NOT_READY', {
    status: 503,
    message: 'The stores of the profile "docker" are stopped',
    data: { hint: 'Start the stack ("trainyard stack up"), or choose another profile.', place: {} },
  });
}

/** The contract in memory. */
export function fixtureRouter(state: FixtureState) {
  return os.router({
    system: fixtureSystem(state),
    database: fixtureDatabase(),
    projects: fixtureProjects(state),
    datasets: fixtureDatasets(state),
    inbox: fixtureInbox(state),
    runs: fixtureRuns(state),
    templates: fixtureTemplates(state),
    stack: fixtureStackRouter(state),
    jobs: fixtureJobs(),
    weights: fixtureWeights(),
    backups: fixtureBackups(state),
    settings: fixtureSettings(),
  });
}
