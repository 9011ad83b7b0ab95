import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
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
  /** Asks whether all is well; false where the namespace is another one by now: what it knew is lost. */
  check(): Promise<boolean>;
  /** Has a run looked at by its workflow, which is started where it is not there. */
  wake(runId: string): Promise<void>;
  /** Starts a run's workflow where it is not there. */
  ensure(runId: string): Promise<void>;
  /** Puts a new workflow in the place of one that does nothing. */
  replace(runId: string): Promise<void>;
}

const callWithinMs = 3000;
/** Workers say good-bye to their server, and wait half a minute for one that is silent: nobody has to wait with them. */
const endWithinMs = 2000;

/** @throws TrainyardError TEMPORAL_* where the server is not there, or not for us; nothing is left open then */
export async function openLink(
  endpoint: TemporalEndpoint,
  machineId: string,
  workflowBundle: string,
  activities: RunActivities,
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
        activities: { ...activities },
        maxConcurrentActivityTaskPolls: 2,
      }),
    );
  } catch (error) {
    throw temporalFault(endpoint, error);
  }

  const client = new Client({ connection, namespace, identity });
  const start = (runId: string) => {
    const input: RunInput = { runId, memory: { ...freshMemory, callers: [machineId] } };
    const signal: WakeSignal = { machineId };
    return {
      taskQueue: workflowQueue,
      workflowId: drivenId(runId),
      args: [input],
      signal: wakeName,
      signalArgs: [signal] as [WakeSignal],
    };
  };
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
    wake: (runId) => call(() => client.workflow.signalWithStart(workflowType, start(runId))),
    ensure: (runId) =>
      call(() =>
        client.workflow.start(workflowType, { ...start(runId), workflowIdConflictPolicy: 'USE_EXISTING' }),
      ),
    replace: (runId) =>
      call(() =>
        client.workflow.signalWithStart(workflowType, {
          ...start(runId),
          workflowIdConflictPolicy: 'TERMINATE_EXISTING',
        }),
      ),
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
