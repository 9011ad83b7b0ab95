import type { z } from 'zod';
import type { CollectionName } from './ports.ts';
import {
  auditLogSchema,
  chatSessionSchema,
  logBucketLines,
  modelRegistrySchema,
  trainingConfigDocumentSchema,
  workflowLogSchema,
} from './schemas.ts';

/** What the schema lets stand under the path: one string, one time, an array of strings, or times in an array's documents. */
type IndexedValue = 'string' | 'time' | 'strings' | 'times';

interface IndexKey {
  readonly field: string;
  readonly order: 'asc' | 'desc';
  readonly holds: IndexedValue;
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
  /** The most items that an array of this collection's documents may hold, where something bounds it. */
  readonly longestArrays?: Readonly<Record<string, number>>;
}

const key = (field: string, holds: IndexedValue = 'string', order: 'asc' | 'desc' = 'asc'): IndexKey => ({
  field,
  order,
  holds,
});
const newest = (field: string) => key(field, 'time', 'desc');
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
      index('timestamp', 'plain', key('logs.timestamp', 'times')),
      index('expires_at', 'ttl', key('expiresAt', 'time')),
    ],
    longestArrays: { logs: logBucketLines },
  },
  model_registry: {
    schema: modelRegistrySchema,
    indexes: [
      index('model_id', 'unique', key('modelId')),
      index('framework_task_types', 'plain', key('framework'), key('taskTypes', 'strings')),
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
