import type { z } from 'zod';
import type { CollectionName } from './ports.ts';
import {
  auditLogSchema,
  chatSessionSchema,
  modelRegistrySchema,
  trainingConfigDocumentSchema,
  workflowLogSchema,
} from './schemas.ts';

interface IndexKey {
  readonly field: string;
  readonly order: 'asc' | 'desc';
}

export interface CollectionIndex {
  readonly name: string;
  /** `text` finds words; `ttl` removes a document when its field's time has come. */
  readonly kind: 'plain' | 'unique' | 'text' | 'ttl';
  readonly keys: readonly IndexKey[];
}

export interface Collection {
  /** What a stored document is; fields of ours beyond it are allowed. */
  readonly schema: z.ZodType;
  readonly indexes: readonly CollectionIndex[];
}

const key = (field: string, order: 'asc' | 'desc' = 'asc'): IndexKey => ({ field, order });
const newest = (field: string) => key(field, 'desc');
const index = (name: string, kind: CollectionIndex['kind'], ...keys: IndexKey[]): CollectionIndex => ({
  name,
  kind,
  keys,
});

/** The data model's five collections as data: every store makes the same of it. */
export const collections: Readonly<Record<CollectionName, Collection>> = {
  chat_sessions: {
    schema: chatSessionSchema,
    indexes: [
      index('session_id', 'unique', key('sessionId')),
      index('user_created', 'plain', key('userId'), newest('createdAt')),
      index('status', 'plain', key('status')),
    ],
  },
  training_configs: {
    schema: trainingConfigDocumentSchema,
    indexes: [
      index('workflow_id', 'plain', key('workflowId')),
      index('created', 'plain', newest('createdAt')),
    ],
  },
  workflow_logs: {
    schema: workflowLogSchema,
    indexes: [
      index('workflow_id', 'plain', key('workflowId')),
      index('timestamp', 'plain', key('logs.timestamp')),
      index('expires_at', 'ttl', key('expiresAt')),
    ],
  },
  model_registry: {
    schema: modelRegistrySchema,
    indexes: [
      index('model_id', 'unique', key('modelId')),
      index('framework_task_types', 'plain', key('framework'), key('taskTypes')),
      index('name_text', 'text', key('name')),
    ],
  },
  audit_logs: {
    schema: auditLogSchema,
    indexes: [
      index('user_time', 'plain', key('userId'), newest('timestamp')),
      index('action', 'plain', key('action')),
      index('resource', 'plain', key('resource.type'), key('resource.id')),
    ],
  },
};

/** Every collection's name. */
export const collectionNames = Object.keys(collections) as readonly CollectionName[];

/** The field whose time ends a document's life; null where its collection keeps documents for good. */
export function lifetimeField(collection: CollectionName): string | null {
  return collections[collection].indexes.find(({ kind }) => kind === 'ttl')?.keys[0]?.field ?? null;
}
