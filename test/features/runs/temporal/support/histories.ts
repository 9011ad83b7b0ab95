import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { drivenId } from '../../../../../src/main/features/runs/run-rows.ts';

/** Temporal as a person sees it who has its own tools. */
export async function openTemporal(address: string): Promise<Client & AsyncDisposable> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  return Object.assign(client, { [Symbol.asyncDispose]: () => connection.close() });
}

export interface Execution {
  readonly status: string;
  readonly events: number;
}

/** Every execution that a run's workflow had, the first one first, found by going back from the newest. */
export async function executionsOf(client: Client, runId: string): Promise<Execution[]> {
  const executions: Execution[] = [];
  let id: string | undefined;
  do {
    const handle: WorkflowHandle = client.workflow.getHandle(drivenId(runId), id);
    const { status, historyLength } = await handle.describe();
    executions.unshift({ status: status.name, events: historyLength });
    const [begin] = (await handle.fetchHistory()).events ?? [];
    id = begin?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  } while (id !== '');
  return executions;
}
