import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat } from '@temporalio/activity';
import { Client, type WorkflowIdConflictPolicy } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { TemporalEndpoint } from '../../../platform/endpoints.ts';
import type { WorkLog } from '../../../platform/work-log.ts';
import { askNamespace, connectionOptions, openConnection } from '../../../stores/temporal/connection.ts';
import { temporalFault } from '../../../stores/temporal/faults.ts';
import type { RunMover } from '../driver.ts';
import { drivenId } from '../run-rows.ts';
import {
  freshMemory,
  machineQueue,
  type RunActivities,
  type RunInput,
  type WakeSignal,
  wakeName,
  workflowQueue,
  workflowType,
} from './protocol.ts';

/** An engine's connection to a Temporal, and its workers there. Calls throw TrainyardError TEMPORAL_*. */
export interface Link extends AsyncDisposable {
  /** Resolves with the reason once the workers ended by themselves; the link is of no use any more then. */
  readonly broken: Promise<unknown>;
  /** Asks whether all is well; false if the namespace is another one by now: what it knew is lost. */
  check(): Promise<boolean>;
  /** Has a run looked at by its workflow, which is started where it is not there. */
  wake(runId: string): Promise<void>;
  /** Starts a run's workflow where it is not there. */
  ensure(runId: string): Promise<void>;
  /** Puts a new workflow in the place of one that does nothing. */
  replace(runId: string): Promise<void>;
}

const callWithinMs = 3000;
/** Workers sign off at their server, and wait half a minute for one that is silent; closing does not wait for them longer than this. */
const endWithinMs = 2000;
/** Temporal notices within seconds that an engine died in the middle of a look. */
const heartbeatEveryMs = 2500;

/** @throws TrainyardError TEMPORAL_* where the server is not there, or not for us; nothing is left open then */
export async function openLink(
  endpoint: TemporalEndpoint,
  machineId: string,
  workflowBundle: string,
  mover: RunMover,
  log: WorkLog,
): Promise<Link> {
  await using stack = new AsyncDisposableStack();
  const connection = stack.adopt(openConnection(endpoint), (open) => open.close());
  const namespaceId = await askNamespace(connection, endpoint);
  const { namespace } = endpoint;
  const identity = `trainyard-${machineId}@${process.pid}`;
  prepareRuntime(log);
  const broken = Promise.withResolvers<unknown>();
  let closing = false;
  try {
    const native = stack.adopt(await NativeConnection.connect(connectionOptions(endpoint)), (open) =>
      open.close(),
    );
    const common = { connection: native, namespace, identity, shutdownGraceTime: 0 };
    const ended: Promise<void>[] = [];
    const running: Worker[] = [];
    stack.defer(async () => {
      closing = true;
      for (const worker of running) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(ended);
    });
    const run = (worker: Worker) => {
      running.push(worker);
      const ending = worker.run().then(
        () => new Error('Temporal’s worker ended'),
        (error: unknown) => error,
      );
      ended.push(
        ending.then((why) => {
          if (!closing) broken.resolve(temporalFault(endpoint, why));
        }),
      );
    };
    run(
      await Worker.create({
        ...common,
        taskQueue: workflowQueue,
        workflowBundle: { codePath: workflowBundle },
        workflowThreadPoolSize: 1,
        // Histories are short, and an engine that is killed leaves nothing behind that others would have to wait for.
        maxCachedWorkflows: 0,
        maxConcurrentWorkflowTaskPolls: 2,
      }),
    );
    run(
      await Worker.create({
        ...common,
        taskQueue: machineQueue(machineId),
        activities: { ...activitiesOf(mover, log) },
        maxConcurrentActivityTaskPolls: 2,
      }),
    );
  } catch (error) {
    throw temporalFault(endpoint, error);
  }

  const client = new Client({ connection, namespace, identity });
  const start = (runId: string, workflowIdConflictPolicy: WorkflowIdConflictPolicy) => ({
    taskQueue: workflowQueue,
    workflowId: drivenId(runId),
    args: [{ runId, memory: { ...freshMemory, callers: [machineId] } } satisfies RunInput],
    signal: wakeName,
    signalArgs: [{ machineId }] as [WakeSignal],
    workflowIdConflictPolicy,
  });
  const call = async (ask: () => Promise<unknown>) => {
    try {
      await connection.withDeadline(Date.now() + callWithinMs, ask);
    } catch (error) {
      throw temporalFault(endpoint, error);
    }
  };
  const open = stack.move();
  return {
    broken: broken.promise,
    check: async () => (await askNamespace(connection, endpoint)) === namespaceId,
    wake: (runId) => call(() => client.workflow.signalWithStart(workflowType, start(runId, 'USE_EXISTING'))),
    ensure: (runId) => call(() => client.workflow.start(workflowType, start(runId, 'USE_EXISTING'))),
    replace: (runId) =>
      call(() => client.workflow.signalWithStart(workflowType, start(runId, 'TERMINATE_EXISTING'))),
    [Symbol.asyncDispose]: async () => {
      const closed = open
        .disposeAsync()
        .catch((error: unknown) =>
          log.warn({ err: error }, 'a connection to Temporal was not closed cleanly'),
        );
      await Promise.race([closed, delay(endWithinMs)]);
    },
  };
}

/** The hands of the workflows on this workstation. */
function activitiesOf(mover: RunMover, log: WorkLog): RunActivities {
  const hand = async <T>(runId: string, work: () => Promise<T>): Promise<T> => {
    const timer = setInterval(heartbeat, heartbeatEveryMs);
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error, runId }, 'a run could not be moved on; Temporal has it tried again');
      throw error;
    } finally {
      clearInterval(timer);
    }
  };
  return {
    advance: (runId) =>
      hand(runId, async () => {
        await mover.move(runId);
        return mover.state(runId);
      }),
    cancel: (runId, graceMs) => hand(runId, () => mover.cancel(runId, graceMs)),
  };
}

let runtimeLog: WorkLog | null = null;

/**
 * Prepares the native part that all workers of a process share, once: the SDK allows no second time. Its words go to the log that was
 * given last, and it leaves the process's signals alone: the engine decides when to stop.
 */
function prepareRuntime(to: WorkLog): void {
  const isFirst = runtimeLog === null;
  runtimeLog = to;
  if (!isFirst) return;
  const logger = new DefaultLogger('ERROR', ({ message, meta }) =>
    runtimeLog?.warn({ ...meta }, `Temporal: ${message}`),
  );
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: {
      // Without `forward` the native part writes to standard output, which is the engine's.
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}
