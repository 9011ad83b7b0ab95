import { Readable } from 'node:stream';
import type pg from 'pg';
import type { IngestedAttempt, IngestSummary } from '../../../../src/main/features/ingest/cursor.ts';
import type { Executor, Observation, Workstation } from '../../../../src/main/features/runs/ports.ts';
import type { ExitRecord } from '../../../../src/shared/model/run-directory.ts';

interface Directory {
  prepared: boolean;
  supervisor: 'none' | 'alive' | 'dead';
  exit: ExitRecord | null;
  result: IngestSummary['result'];
  checkpoint: boolean;
  starts: number;
}

/** How a trainer may end by itself. */
export const finisher = ['completed', 'failed', 'killed', 'silent', 'stopped', 'supervisor dies'] as const;
export type Ending = (typeof finisher)[number];

const metrics = { val_loss: 0.5 };

/** Run directories, supervisors and trainers that are only imagined, so that a test can have thousands of them. */
export class ImaginedMachine {
  private readonly all = new Map<string, Directory>();
  private readonly pool: pg.Pool;
  /** A second supervisor of a directory whose first one was not dead: must never happen unnoticed. */
  doubleStarts = 0;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  private at(directory: string): Directory {
    const found = this.all.get(directory);
    if (found) return found;
    const made: Directory = {
      prepared: false,
      supervisor: 'none',
      exit: null,
      result: null,
      checkpoint: false,
      starts: 0,
    };
    this.all.set(directory, made);
    return made;
  }

  /** The trainer in a directory writes a checkpoint. */
  writeCheckpoint(directory: string): void {
    this.at(directory).checkpoint = true;
  }

  end(directory: string, ending: Ending): void {
    const place = this.at(directory);
    if (place.supervisor !== 'alive') return;
    if (ending === 'supervisor dies') {
      place.supervisor = 'dead';
      return;
    }
    const [exitCode, signal] =
      ending === 'failed' ? [1, null] : ending === 'killed' ? [null, 'SIGKILL'] : [0, null];
    if (ending === 'completed') place.result = { status: 'completed', message: null, cause: null, metrics };
    if (ending === 'stopped') place.result = { status: 'cancelled', message: null, cause: null, metrics };
    this.exit(place, { exitCode, signal, cause: signal ? 'signalled' : 'exited' });
  }

  private exit(place: Directory, how: Pick<ExitRecord, 'exitCode' | 'signal' | 'cause'>): void {
    place.supervisor = 'dead';
    place.exit = { ...how, startedAt: new Date(), endedAt: new Date() };
  }

  readonly directories: Workstation['directories'] = {
    folderOf: (runId, attempt) => `/${runId}/${attempt}`,
    prepare: async (directory) => {
      this.at(directory).prepared = true;
    },
    askToStop: async (directory) => {
      const place = this.at(directory);
      if (place.supervisor !== 'alive') return;
      place.checkpoint = true;
      place.result = { status: 'cancelled', message: null, cause: null, metrics };
      this.exit(place, { exitCode: 0, signal: null, cause: 'cancelled' });
    },
    observe: async (directory): Promise<Observation> => {
      const { prepared, supervisor, exit } = this.at(directory);
      const record = { pid: 1, trainerPid: 1, startedAt: new Date() };
      if (exit) return { kind: 'exited', exit, supervisor: record };
      if (supervisor === 'alive') return { kind: 'running', supervisor: record };
      if (supervisor === 'dead') return { kind: 'gone' };
      return { kind: prepared ? 'prepared' : 'unprepared' };
    },
    lastErrorLines: async () => [],
    checkpointFault: async () => null,
    openFile: async () => ({ body: Readable.from([]), size: 0 }),
    filesAt: async () => [],
  };

  private readonly executor: Executor = {
    name: 'builtin',
    unusable: async () => null,
    setUp: async () => {},
    place: async (_directory, config) => ({ config, container: null }),
    start: async (directory) => {
      const place = this.at(directory);
      place.starts += 1;
      if (place.starts > 1) this.doubleStarts += 1;
      if (place.supervisor === 'none') place.supervisor = 'alive';
      return null;
    },
    watch: () => ({ [Symbol.dispose]: () => {} }),
    adopt: async () => false,
    endOrphan: async () => {},
    clear: async () => {},
  };
  readonly executors: Workstation['executors'] = new Map([['builtin', this.executor]]);

  readonly ingestion: Workstation['ingestion'] = {
    open: async () => {},
    logLine: async () => {},
    close: async () => {},
    closeAll: async () => {},
    drain: async ({ runId, attempt, runDirectory }: IngestedAttempt): Promise<IngestSummary> => {
      const { result, checkpoint } = this.at(runDirectory);
      if (checkpoint) {
        await this.pool.query(
          `INSERT INTO run_artifacts (workflow_id, attempt, kind, name, path, epoch, step)
           VALUES ($1, $2, 'checkpoint', 'last', 'checkpoints/last', 1, 1) ON CONFLICT DO NOTHING`,
          [runId, attempt],
        );
      }
      const place = checkpoint ? { path: 'checkpoints/last', epoch: 1, step: 1 } : null;
      return { result, checkpoint: place, events: 0, badLines: 0, logLines: 0 };
    },
  };
}
