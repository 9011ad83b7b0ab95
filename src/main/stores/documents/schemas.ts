import { z } from 'zod';
import { scriptSchema } from '../../../shared/model/script-schema.ts';
import { taskTypes, trainingConfigSchema } from '../../../shared/model/training-config.ts';

// Each is made when it is first used, not while the engine starts.

/** UTC with milliseconds, as `Date.toISOString` writes it: only one form, so that the order as text is the order in time. */
const time = z.iso.datetime({ precision: 3 }).regex(/^(?!0000)/);

/** A field with an index: bounded, because an index takes no long values. */
const name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'control characters and lone surrogates cannot stand here');

const count = z.int().min(0);
const document = { id: name };

/** How many lines a bucket of `workflow_logs` holds at most. */
export const logBucketLines = 500;

const intent = { taskType: z.enum(taskTypes).nullable(), model: z.string().nullable() };

export const chatSessionSchema = z.lazy(() =>
  z.looseObject({
    ...document,
    sessionId: name,
    userId: z.guid(),
    messages: z.array(
      z.looseObject({
        role: z.enum(['user', 'assistant', 'system']),
        content: z.string(),
        timestamp: time,
        parsedIntent: z.looseObject({ ...intent, confidence: z.number().min(0).max(1) }).optional(),
      }),
    ),
    currentIntent: z.looseObject({
      ...intent,
      numClasses: count.nullable(),
      classNames: z.array(z.string()),
      completeness: z.number().min(0).max(100),
    }),
    status: z.enum(['active', 'completed', 'abandoned']),
    createdAt: time,
    updatedAt: time,
  }),
);

export const trainingConfigDocumentSchema = z.lazy(() =>
  z.looseObject({
    ...document,
    workflowId: z.guid(),
    version: z.int().min(1),
    // One of the two: a script of somebody's own has no model or data that anybody knew of.
    config: trainingConfigSchema.optional(),
    script: scriptSchema.optional(),
    source: z.enum(['llm_parsed', 'manual', 'template']),
    createdAt: time,
  }),
);

export const workflowLogSchema = z.lazy(() =>
  z.looseObject({
    ...document,
    workflowId: z.guid(),
    logs: z
      .array(
        z.looseObject({
          timestamp: time,
          level: z.enum(['debug', 'info', 'warning', 'error']),
          source: z.enum(['trainer', 'sidecar', 'platform']),
          message: z.string(),
          context: z.looseObject({ epoch: z.number().optional(), step: z.int().optional() }).optional(),
        }),
      )
      .max(logBucketLines),
    expiresAt: time,
  }),
);

export const modelRegistrySchema = z.lazy(() =>
  z.looseObject({
    ...document,
    modelId: name,
    name,
    framework: name,
    taskTypes: z.array(name),
    parameters: count.nullable(),
    pretrainedWeights: z.array(z.string()),
    metrics: z.record(z.string(), z.number().nullable()),
    inputSize: z.tuple([count, count, count]),
    supportedBackends: z.array(z.string()),
    description: z.string(),
    documentationUrl: z.string().nullable(),
    usageCount: count,
    lastUsedAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
  }),
);

export const auditLogSchema = z.lazy(() =>
  z.looseObject({
    ...document,
    /** Null if nobody was known: a refused login, the platform itself. */
    userId: z.guid().nullable(),
    action: name,
    resource: z.looseObject({ type: name, id: name }),
    metadata: z.looseObject({
      ipAddress: z.string().nullable().optional(),
      userAgent: z.string().nullable().optional(),
      changes: z.looseObject({ before: z.unknown(), after: z.unknown() }).optional(),
    }),
    timestamp: time,
  }),
);
