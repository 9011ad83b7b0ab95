import { randomUUID } from 'node:crypto';
import { toRows } from '../../../src/main/stores/documents/log-rows.ts';
import type {
  CollectionName,
  DocumentStore,
  StoredDocument,
} from '../../../src/main/stores/documents/ports.ts';

const time = '2026-11-23T22:40:31.123Z';

export const idsOf = (documents: readonly StoredDocument[]) => documents.map(({ id }) => id);

/** A line of a run's log at a second of a fixed hour. */
export function logLine(second: number, message = `line ${second}`): Record<string, unknown> {
  return {
    timestamp: new Date(Date.UTC(2026, 10, 23, 22) + second * 1000).toISOString(),
    level: 'info',
    source: 'trainer',
    message,
  };
}

/** Puts lines into one bucket. */
export function putLines(
  store: DocumentStore,
  base: StoredDocument,
  position: number,
  lines: readonly Record<string, unknown>[],
): Promise<void> {
  return store.putLines([{ base, position, rows: toRows(lines) }]);
}

/** A document that the collection takes, with an id of its own, changed by `change`. */
export function sampleDocument(
  collection: CollectionName,
  change: Readonly<Record<string, unknown>> = {},
): StoredDocument {
  return { id: randomUUID(), ...samples[collection](), ...change };
}

const samples: Readonly<Record<CollectionName, () => Readonly<Record<string, unknown>>>> = {
  chat_sessions: () => ({
    sessionId: randomUUID(),
    userId: randomUUID(),
    messages: [
      {
        role: 'user',
        content: '패션 사진으로 분류 모델을 학습해 줘',
        timestamp: time,
        parsedIntent: { taskType: 'classification', model: null, confidence: 0.9 },
      },
    ],
    currentIntent: {
      taskType: 'classification',
      model: null,
      numClasses: null,
      classNames: [],
      completeness: 40,
    },
    status: 'active',
    createdAt: time,
    updatedAt: time,
  }),
  training_configs: () => ({
    workflowId: randomUUID(),
    version: 1,
    config: {
      task: { type: 'classification', numClasses: 2, classNames: ['bag', 'coat'] },
      model: { name: 'cnn', source: 'builtin', pretrained: false, pretrainedWeights: null },
      dataset: {
        datasetId: randomUUID(),
        version: 1,
        trainSplit: 0.8,
        valSplit: 0.2,
        testSplit: 0,
        imageSize: [28, 28],
        augmentation: {
          randomFlip: true,
          randomRotation: 10,
          colorJitter: false,
          mixup: false,
          cutmix: false,
        },
      },
      training: {
        epochs: 3,
        batchSize: 64,
        learningRate: 0.001,
        optimizer: 'adam',
        weightDecay: 0,
        momentum: 0.9,
        scheduler: { type: 'cosine', warmupEpochs: 0 },
        earlyStop: { enabled: false, patience: 5, metric: 'val_loss' },
        seed: 7,
        amp: false,
        gradientClip: null,
        accumulate: 1,
        ema: false,
        freezeBackbone: false,
        classWeights: null,
      },
      resources: { gpuCount: 0, gpuType: null, memoryGb: 0, workers: null },
    },
    source: 'manual',
    createdAt: time,
  }),
  workflow_logs: () => ({
    workflowId: randomUUID(),
    logs: [{ ...logLine(0), context: { epoch: 1, step: 20 } }],
    expiresAt: new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString(),
  }),
  model_registry: () => ({
    modelId: randomUUID(),
    name: 'resnet50.a1_in1k',
    framework: 'timm',
    taskTypes: ['classification'],
    parameters: 25_557_032,
    pretrainedWeights: ['a1_in1k'],
    metrics: { imagenetTop1: 80.216, imagenetTop5: 94.576 },
    inputSize: [3, 224, 224],
    supportedBackends: ['torch'],
    description: 'A residual network of 50 layers.',
    documentationUrl: null,
    usageCount: 0,
    lastUsedAt: null,
    createdAt: time,
    updatedAt: time,
  }),
  audit_logs: () => ({
    userId: randomUUID(),
    action: 'workflow.create',
    resource: { type: 'workflow', id: randomUUID() },
    metadata: {
      ipAddress: '127.0.0.1',
      userAgent: 'curl/8',
      changes: { before: null, after: { epochs: 3 } },
    },
    timestamp: time,
  }),
};
