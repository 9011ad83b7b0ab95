import type { Connection } from '@temporalio/client';
import { phrase } from '../../../shared/errors/entry.ts';
import type { TemporalEndpoint } from '../../platform/endpoints.ts';
import type { StepDetail } from '../../platform/progress.ts';
import { retry } from '../../platform/waiting.ts';

/** How long the history of a workflow that has ended stays; the product's own stores keep what matters for good. */
const retentionDays = 7;
const retentionSeconds = retentionDays * 24 * 60 * 60;
const kept = { en: `kept for ${retentionDays} days`, ko: `${retentionDays}일 보관` };
/** A namespace is known to all parts of a server only after their caches were filled anew. */
const usableWithinMs = 30_000;

const grpcCodes = { notFound: 5, alreadyExists: 6 };

function codeOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

/** Registers the namespace or fixes its retention. @returns what was done */
async function register({ workflowService }: Connection, namespace: string): Promise<StepDetail> {
  const { msToTs } = await import('@temporalio/common/lib/time.js');
  const retention = msToTs(retentionSeconds * 1000);
  try {
    const { config } = await workflowService.describeNamespace({ namespace });
    const found = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
    if (found === retentionSeconds) return { en: `${namespace}, ${kept.en}`, ko: `${namespace}, ${kept.ko}` };
    await workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    });
    const was = { namespace, kept, days: found / 86_400 };
    return phrase(
      'fixed {namespace}: {kept} (was {days} {days|day|days})',
      '고침: {namespace}, {kept}(전에는 {days}일)',
      was,
    );
  } catch (error) {
    if (codeOf(error) !== grpcCodes.notFound) throw error;
  }
  try {
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: retention,
      description: 'Trainyard: one workflow for each run',
    });
  } catch (error) {
    if (codeOf(error) !== grpcCodes.alreadyExists) throw error;
  }
  return { en: `made ${namespace}, ${kept.en}`, ko: `만듦: ${namespace}, ${kept.ko}` };
}

/** Asks for its workflows until that is answered. */
async function waitUntilUsable({ workflowService }: Connection, namespace: string): Promise<void> {
  await retry(() => workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }), {
    isPassing: (error) => codeOf(error) === grpcCodes.notFound,
    firstMs: 50,
    timeoutMs: usableWithinMs,
  });
}

/** Makes the namespace what it is to be, and usable. @throws TrainyardError TEMPORAL_* */
export async function ensureTemporalNamespace(endpoint: TemporalEndpoint): Promise<StepDetail> {
  const [{ openConnection }, { temporalFault }] = await Promise.all([
    import('../../stores/temporal/connection.ts'),
    import('../../stores/temporal/faults.ts'),
  ]);
  const connection = openConnection(endpoint);
  try {
    const done = await register(connection, endpoint.namespace);
    await waitUntilUsable(connection, endpoint.namespace);
    return done;
  } catch (error) {
    throw temporalFault(endpoint, error);
  } finally {
    await connection.close();
  }
}
