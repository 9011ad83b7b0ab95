import { randomUUID } from 'node:crypto';
import type { DocumentStore } from '../../stores/documents/ports.ts';

/** Records what was done to what, by whom, after it was done. Never rejects. @param entry `action` as `workflow.create` */
export type RecordAudit = (entry: {
  readonly userId: string;
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
}) => Promise<void>;

/** Writes to `audit_logs`. If the document store is away the entry is lost and `report` is called; the action is never delayed or failed. */
export function auditLog(
  documents: Pick<DocumentStore, 'insert'>,
  report: (error: unknown, action: string) => void,
): RecordAudit {
  return async ({ userId, action, resource, before = null, after = null }) => {
    try {
      await documents.insert('audit_logs', {
        id: randomUUID(),
        userId,
        action,
        resource,
        metadata: { changes: { before, after } },
        timestamp: new Date().toISOString(),
      });
    } catch (error) {
      report(error, action);
    }
  };
}
