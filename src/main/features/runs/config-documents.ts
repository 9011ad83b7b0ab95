import { documentPages } from '../../stores/documents/pages.ts';
import type { DocumentStore } from '../../stores/documents/ports.ts';
import type { RunStore } from './ports.ts';

const hourMs = 3_600_000;

/**
 * Removes config documents whose run was never made (a creation that was killed between the two): those of the last eight
 * days, but for the last hour's, whose run may be in the making. Answers how many there were.
 */
export async function sweepConfigDocuments(
  documents: Pick<DocumentStore, 'find' | 'remove'>,
  runs: Pick<RunStore, 'known'>,
  now = Date.now(),
): Promise<number> {
  const from = new Date(now - 8 * 24 * hourMs).toISOString();
  const to = new Date(now - hourMs).toISOString();
  const orphans: string[] = [];
  for await (const page of documentPages(documents, 'training_configs', {
    range: { createdAt: { from, to } },
  })) {
    const ids = page.map(({ workflowId }) => String(workflowId));
    const known = await runs.known(ids);
    orphans.push(...ids.filter((id) => !known.has(id)));
  }
  let removed = 0;
  for (const workflowId of new Set(orphans)) {
    removed += await documents.remove('training_configs', { equals: { workflowId } });
  }
  return removed;
}
