import path from 'node:path';
import { namedTensors } from './checkpoint.ts';
import { writeDurably } from './durable.ts';
import { evaluate } from './evaluation.ts';
import type { MetricValues } from './events.ts';
import { Report } from './report.ts';
import { writeTensors } from './safetensors.ts';
import type { Best } from './state.ts';
import type { Workshop } from './training.ts';

/** What a program needs beside the weights to use the model; docs/builtin-trainer.md explains it. */
function describeModel({ config, network, store }: Workshop, best: Best): object {
  return {
    format: 'trainyard/builtin-model',
    version: 1,
    task: 'classification',
    architecture: network.architecture,
    classes: config.task.classNames,
    normalisation: store.normalisation,
    white: store.white,
    weights: 'model.safetensors',
    parameters: network.size,
    runId: config.runId,
    epoch: best.epoch,
    metrics: Object.fromEntries(
      Object.entries(best.metrics).map(([name, value]) => [name, Number(value.toPrecision(7))]),
    ),
  };
}

/**
 * Saves the best epoch's model and what it does on the split that it was not trained on, and tells of each.
 * @returns the metrics of the test split, where there is one
 */
export async function saveArtifacts(workshop: Workshop, best: Best): Promise<MetricValues> {
  const { directory, config, network, store, events, progress, stop } = workshop;
  const split = store.splits.test.length > 0 ? 'test' : store.splits.val.length > 0 ? 'val' : 'train';
  const report = new Report({ split, epoch: best.epoch }, config.task.classNames);
  const tick = async () => {
    progress.tick();
    await stop.check();
  };
  const result = await evaluate(workshop, best.weights, store.splits[split], tick, (entry, row) =>
    report.add(entry, row),
  );
  const model = describeModel(workshop, best);
  const tell = (name: string, kind: string, mediaType: string) =>
    events.artifact({ path: `artifacts/${name}`, kind, name, mediaType });
  const save = (name: string, kind: string, content: object) => {
    writeDurably(path.join(directory, 'artifacts', name), [Buffer.from(`${JSON.stringify(content)}\n`)]);
    tell(name, kind, 'application/json');
  };
  writeTensors(path.join(directory, 'artifacts/model.safetensors'), {
    tensors: namedTensors(network, [['', best.weights]]),
    metadata: { trainyard: JSON.stringify(model) },
  });
  tell('model.safetensors', 'model', 'application/octet-stream');
  save('model.json', 'model', model);
  save('per_class.json', 'per_class', report.perClass());
  save('confusion_matrix.json', 'confusion_matrix', report.confusionMatrix());
  save('predictions.json', 'predictions', report.predictions());
  return split === 'test' ? { test_loss: result.loss, test_accuracy: result.accuracy } : {};
}
