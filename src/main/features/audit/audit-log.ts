import { randomUUID } from 'node:crypto';
import type { DocumentStore } from '../../stores/documents/ports.ts';

/** What was done to what, by whom. */
export interface AuditEntry {
  readonly userId: string;
  /** As `workflow.create`. */
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
}

/**
 * Notes in `audit_logs` what was done, after it was done. A document store that is away loses a note and never holds up what
 * it is about: the failure goes to `report`.
 */
export class AuditLog {
  private readonly documents: Pick<DocumentStore, 'insert'>;
  private readonly report: (error: unknown, action: string) => void;

  constructor(documents: Pick<DocumentStore, 'insert'>, report: (error: unknown, action: string) => void) {
    this.documents = documents;
    this.report = report;
  }

  async note(entry: AuditEntry): Promise<void> {
    const { userId, action, resource, before = null, after = null } = entry;
    try {
      await this.documents.insert('audit_logs', {
        id: randomUUID(),
        userId,
        action,
        resource,
        metadata: { changes: { before, after } },
        timestamp: new Date().toISOString(),
      });
    } catch (error) {
      this.report(error, action);
    }
  }
}
