import type { z } from 'zod';
import type { CollectionName } from './ports.ts';
import {
  auditLogSchema,
  chatSessionSchema,
  modelRegistrySchema,
  trainingConfigDocumentSchema,
  workflowLogSchema,
} from './schemas.ts';

export interface CollectionIndex {
  readonly name: string;
  /** `text` finds words; `ttl` removes a document when its field's time has come. */
  readonly kind: 'plain' | 'unique' | 'text' | 'ttl';
  readonly keys: readonly { readonly field: string; readonly order: 'asc' | 'desc' }[];
}

export interface Collection {
  /** What a stored document is; fields of ours beyond it are allowed. */
  readonly schema: z.ZodType;
  readonly indexes: readonly CollectionIndex[];
}

/** @param keys fields; a `-` before one: from the greatest on */
const index = (name: string, kind: CollectionIndex['kind'], ...keys: readonly string[]): CollectionIndex => ({
  name,
  kind,
  keys: keys.map((key) => ({ field: key.replace('-', ''), order: key.startsWith('-') ? 'desc' : 'asc' })),
});

/** The data model's five collections as data: every store makes the same of it. */
export const collections: Readonly<Record<CollectionName, Collection>> = {
  chat_sessions: {
    schema: chatSessionSchema,
    indexes: [
      index('session_id', 'unique', 'sessionId'),
      index('user_created', 'plain', 'userId', '-createdAt'),
      index('status', 'plain', 'status'),
    ],
  },
  training_configs: {
    schema: trainingConfigDocumentSchema,
    indexes: [index('workflow_id', 'plain', 'workflowId'), index('created', 'plain', '-createdAt')],
  },
  workflow_logs: {
    schema: workflowLogSchema,
    indexes: [
      index('workflow_id', 'plain', 'workflowId'),
      index('timestamp', 'plain', 'logs.timestamp'),
      index('expires_at', 'ttl', 'expiresAt'),
    ],
  },
  model_registry: {
    schema: modelRegistrySchema,
    indexes: [
      index('model_id', 'unique', 'modelId'),
      index('framework_task_types', 'plain', 'framework', 'taskTypes'),
      index('name_text', 'text', 'name'),
    ],
  },
  audit_logs: {
    schema: auditLogSchema,
    indexes: [
      index('user_time', 'plain', 'userId', '-timestamp'),
      index('action', 'plain', 'action'),
      index('resource', 'plain', 'resource.type', 'resource.id'),
    ],
  },
};

/** The field whose time ends a document's life; null if its collection keeps documents for good. */
export function lifetimeField(collection: CollectionName): string | null {
  return collections[collection].indexes.find(({ kind }) => kind === 'ttl')?.keys[0]?.field ?? null;
}
