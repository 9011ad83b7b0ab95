import { randomUUID } from 'node:crypto';
import type { DocumentStore } from '../../stores/documents/ports.ts';

/** Notes what was done to what, by whom, after it was done. Never rejects. @param entry `action` as `workflow.create` */
export type NoteAudit = (entry: {
  readonly userId: string;
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
}) => Promise<void>;

/** Notes in `audit_logs`. A document store that is away loses a note and never holds up what it is about: the failure goes to `report`. */
export function auditLog(
  documents: Pick<DocumentStore, 'insert'>,
  report: (error: unknown, action: string) => void,
): NoteAudit {
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
