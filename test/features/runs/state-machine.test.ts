import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localOwnerId } from '../../../src/main/features/identity/local-owner.ts';
import { Advance } from '../../../src/main/features/runs/advance.ts';
import { newestAttempt } from '../../../src/main/features/runs/attempt-rows.ts';
import { RunCommands } from '../../../src/main/features/runs/commands.ts';
import { RunNotifier } from '../../../src/main/features/runs/run-notifier.ts';
import { firstQueued } from '../../../src/main/features/runs/run-rows.ts';
import {
  type AttemptStatus,
  isEnded,
  mayTransition,
  mayTransitionAttempt,
  possibleActions,
  type RunStatus,
} from '../../../src/shared/model/run.ts';
import { createWorld, journalOf, queueRun, type World } from './support/acts.ts';
import { type Ending, finisher, ImaginedMachine } from './support/imagined-machine.ts';

const slots = 2;

/** What a run should be like, as simply as it can be said. */
interface Model {
  status: RunStatus;
  attempts: AttemptStatus[];
  hasCheckpoint: boolean;
  /** Of the attempt under way. */
  wroteCheckpoint: boolean;
  priority: number;
  queuedAt: number;
  removed: boolean;
}

type Command =
  | { readonly kind: 'create'; readonly priority: number }
  | {
      readonly kind: 'cancel' | 'resume' | 'retry' | 'remove' | 'checkpoint' | 'restart';
      readonly run: number;
    }
  | { readonly kind: 'end'; readonly run: number; readonly how: Ending };

const run = fc.nat(3);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('create' as const), priority: fc.integer({ min: -1, max: 1 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel', 'resume', 'retry', 'remove', 'checkpoint', 'restart' as const),
      run,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('end' as const), run, how: fc.constantFrom(...finisher) }),
  },
);

const afterEnding: Record<Ending, [AttemptStatus, RunStatus]> = {
  completed: ['completed', 'completed'],
  failed: ['failed', 'failed'],
  killed: ['failed', 'failed'],
  silent: ['failed', 'failed'],
  stopped: ['cancelled', 'cancelled'],
  'supervisor dies': ['lost', 'failed'],
};

function finish(model: Model, [attempt, status]: [AttemptStatus, RunStatus]): void {
  model.attempts[model.attempts.length - 1] = attempt;
  model.status = status;
  model.hasCheckpoint ||= model.wroteCheckpoint;
  model.wroteCheckpoint = false;
}

/** What the command should do to the model; answers whether it is allowed. */
function expectOf(models: Model[], step: Command, clock: number): boolean {
  if (step.kind === 'create') {
    const fresh = { attempts: [], hasCheckpoint: false, wroteCheckpoint: false, removed: false };
    models.push({ ...fresh, status: 'queued', priority: step.priority, queuedAt: clock });
    return true;
  }
  const model = models[step.run];
  if (!model || model.removed) return false;
  switch (step.kind) {
    case 'restart':
      return true;
    case 'checkpoint':
      model.wroteCheckpoint = model.status === 'running';
      return true;
    case 'end':
      if (model.status === 'running') finish(model, afterEnding[step.how]);
      return true;
    case 'remove':
      model.removed = isEnded(model.status);
      return model.removed;
    case 'cancel': {
      const isAllowed = possibleActions(model.status, model.hasCheckpoint).includes('cancel');
      if (model.status === 'running') {
        // The imagined trainer writes a checkpoint when it is told to stop.
        model.wroteCheckpoint = true;
        finish(model, ['cancelled', 'cancelled']);
      } else if (isAllowed) {
        model.status = 'cancelled';
      }
      return isAllowed;
    }
    case 'resume':
    case 'retry': {
      const isAllowed = possibleActions(model.status, model.hasCheckpoint).includes(step.kind);
      if (isAllowed) Object.assign(model, { status: 'queued', queuedAt: clock });
      return isAllowed;
    }
  }
}

/** Free slots go to those that wait, by priority and then by age. */
function fillSlots(models: Model[]): void {
  for (;;) {
    const running = models.filter(({ status }) => status === 'running').length;
    const [next] = models
      .filter(({ status, removed }) => status === 'queued' && !removed)
      .sort((one, other) => other.priority - one.priority || one.queuedAt - other.queuedAt);
    if (running >= slots || !next) return;
    next.status = 'running';
    next.attempts.push('running');
  }
}

class Reality {
  readonly world: World;
  readonly machine: ImaginedMachine;
  readonly runIds: string[] = [];
  readonly commands: RunCommands;
  advance: Advance;

  constructor(world: World) {
    this.world = world;
    this.machine = new ImaginedMachine(world.stage.pool);
    const { parts } = world.stage;
    this.commands = new RunCommands({
      ...parts,
      notifier: new RunNotifier(parts),
      directories: this.machine.directories,
    });
    this.advance = this.engine();
  }

  /** The services of an engine that has just been started. */
  engine(): Advance {
    const { parts } = this.world.stage;
    const { directories, executors, ingestion } = this.machine;
    const notifier = new RunNotifier(parts);
    const here = { notifier, directories, executors, ingestion, slots: () => slots };
    return new Advance({ ...parts, ...here }, () => {});
  }

  async perform(step: Command): Promise<void> {
    const { stage } = this.world;
    if (step.kind === 'create') {
      this.runIds.push(await queueRun(this.world, 'quick', { priority: step.priority }));
      return;
    }
    const runId = this.runIds[step.run] ?? '00000000-0000-4000-8000-00000000000b';
    const attempt = await newestAttempt(stage.parts.db, runId);
    if (step.kind === 'restart') this.advance = this.engine();
    else if (step.kind === 'checkpoint') {
      if (attempt?.status === 'running') this.machine.writeCheckpoint(attempt.runDirectory);
    } else if (step.kind === 'end') {
      if (attempt) this.machine.end(attempt.runDirectory, step.how);
    } else if (step.kind === 'cancel') await this.commands.cancel(localOwnerId, runId, 100);
    else await this.commands[step.kind](localOwnerId, runId);
  }

  /** Advances everything, several at once and some twice, until nothing moves any more. */
  async settle(): Promise<void> {
    const { stage } = this.world;
    const seen = async () =>
      JSON.stringify((await stage.pool.query('SELECT id, last_seq FROM workflows ORDER BY id')).rows);
    for (let before = ''; before !== (await seen()); ) {
      before = await seen();
      const first = await firstQueued(stage.parts.db, ['builtin'], stage.parts.machineId);
      if (first) await Promise.all([this.advance.advance(first), this.advance.advance(first)]);
      await Promise.all(
        [...this.runIds, ...this.runIds.slice(0, 1)].map((runId) => this.advance.advance(runId)),
      );
      // A trainer that was just asked to stop has ended: its directory's watch would tell.
      await Promise.all(this.runIds.map((runId) => this.advance.advance(runId)));
    }
  }

  async check(models: readonly Model[]): Promise<void> {
    const { stage } = this.world;
    const { rows } = await stage.pool.query<{
      id: string;
      status: RunStatus;
      removed: boolean;
      attempts: AttemptStatus[] | null;
    }>(
      `SELECT id, status, deleted_at IS NOT NULL AS removed,
         (SELECT array_agg(status::text ORDER BY attempt) FROM workflow_runs WHERE workflow_id = run.id) AS attempts
       FROM workflows AS run`,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    const real = this.runIds.map((id) => byId.get(id));
    expect(real.map((row) => [row?.status, row?.attempts ?? [], row?.removed])).toEqual(
      models.map(({ status, attempts, removed }) => [status, attempts, removed]),
    );
  }

  async checkJournals(): Promise<void> {
    for (const runId of this.runIds) {
      const journal = await journalOf(this.world.stage, runId);
      expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1));
      let status: string | null = null;
      const attempts = new Map<number, string | null>();
      for (const { type, attempt, payload } of journal) {
        const { from = null, to = '' } = payload;
        if (type === 'state') {
          expect(from).toBe(status);
          if (from !== null)
            expect(mayTransition(from as RunStatus, to as RunStatus), `${from} to ${to}`).toBe(true);
          status = to;
        }
        if (type === 'attempt' && attempt !== null && from !== to) {
          expect(from).toBe(attempts.get(attempt) ?? null);
          if (from !== null)
            expect(mayTransitionAttempt(from as AttemptStatus, to as AttemptStatus)).toBe(true);
          attempts.set(attempt, to);
        }
      }
    }
  }
}

test('whatever is asked in whatever order, runs are where the state machine says', async () => {
  await using world = await createWorld();
  await fc.assert(
    fc
      .asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (steps) => {
        const reality = new Reality(world);
        const models: Model[] = [];
        for (const [clock, step] of steps.entries()) {
          if (step.kind === 'create' && models.length === 4) continue;
          const isAllowed = expectOf(models, step, clock);
          const done = reality.perform(step);
          if (isAllowed || ['end', 'checkpoint', 'restart'].includes(step.kind)) await done;
          else
            await expect(done, JSON.stringify(step)).rejects.toMatchObject({
              code: expect.stringMatching(/^(CONFLICT|RUN_CHECKPOINT_MISSING|RUN_NOT_FOUND)$/),
            });
          fillSlots(models);
          await reality.settle();
          await reality.check(models);
        }
        await reality.checkJournals();
        expect(reality.machine.doubleStarts).toBe(0);
      })
      .beforeEach(() => world.stage.pool.query('DELETE FROM workflows')),
    { numRuns: 12, endOnFailure: true },
  );
}, 120_000);
