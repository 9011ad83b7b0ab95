import type { ImageObject } from '../../src/shared/contract/dataset-labels.ts';
import { ago, emptyRun, type FixtureRun, fixtureId } from './fixture-data.ts';
import { addLabelled, compress, type LabelledImage, labelledId, shapeNames } from './fixture-labelled.ts';
import type { FixtureState } from './fixture-state.ts';

/** Gives a run a file. @param body a text is the file as it stands */
export function artifact(
  state: FixtureState,
  entry: FixtureRun,
  kind: string,
  name: string,
  body: unknown,
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const id = fixtureId(5, state.artifacts.size + 1);
  state.artifacts.set(id, { name, body: text });
  entry.run.artifacts.push({
    id,
    attempt: 1,
    kind,
    name,
    path: `artifacts/${name}`,
    mediaType: 'application/json',
    sizeBytes: text.length,
    sha256: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
    epoch: 8,
    step: 400,
    createdAt: ago(35),
    url: `/files/runs/${entry.run.id}/artifacts/${id}`,
  });
}

const head = { version: 1, split: 'val', epoch: 6, images: 43 };
const stepsPerEpoch = 50;

/** A finished run of a task on the labelled dataset, with a best epoch and no files yet. */
export async function addTaskRun(
  state: FixtureState,
  task: 'detection' | 'segmentation',
  metrics: Record<string, number>,
): Promise<FixtureRun> {
  await addLabelled(state);
  const [project] = state.projects.values();
  const dataset = state.datasets.get(labelledId);
  if (!project || !dataset) throw new Error('the fixture has no project or dataset');
  const entry = emptyRun(
    task === 'detection' ? 60 : 61,
    `shapes-${task}`,
    'completed',
    { project, dataset },
    {
      ...{ taskType: task, model: 'torchvision/fcos_resnet18_fpn', durationMs: 512_000 },
      finalMetrics: { train_loss: 0.31, val_loss: 0.42, ...metrics, best_epoch: 6 },
    },
  );
  if (entry.run.config) entry.run.config.task.type = task;
  state.addAttempt(entry, 'completed', { cause: 'exited', exitCode: 0 });
  state.addSteps(entry, stepsPerEpoch * 8, stepsPerEpoch);
  for (const point of entry.points) {
    delete point.values.train_accuracy;
    delete point.values.val_accuracy;
    if (point.step % stepsPerEpoch !== 0) continue;
    const grown = 1 - Math.exp(-point.epoch / 3);
    for (const [name, value] of Object.entries(metrics)) point.values[name] = value * grown;
    for (const [at, name] of shapeNames.slice(0, 5).entries()) {
      const metric = task === 'detection' ? 'val_map50_95' : 'val_iou';
      point.values[`${metric}/${name}`] = grown * (0.5 + 0.07 * at);
    }
  }
  state.runs.set(entry.run.id, entry);
  return entry;
}

const sampleOf = ({ path, sha256, width, height }: LabelledImage) => ({ path, sha256, width, height });
const named = ({ class: index, box }: ImageObject) => ({ class: shapeNames[index ?? 0] ?? '', box });

/** A detector that misses some objects, moves boxes and takes circles for hexagons. */
export async function addDetection(state: FixtureState): Promise<FixtureRun> {
  const entry = await addTaskRun(state, 'detection', { val_map50: 0.812, val_map50_95: 0.5731 });
  const names = [...shapeNames, 'background'];
  const matrix = names.map((_truth, row) =>
    names.map((_found, column) => {
      if (row === column) return row === names.length - 1 ? 0 : 30 + ((row * 11) % 40);
      if (column === names.length - 1) return (row * 3) % 7;
      if (row === names.length - 1) return (column * 5) % 6;
      return row === 0 && column === 5 ? 12 : 0;
    }),
  );
  artifact(state, entry, 'confusion_matrix', 'confusion_matrix.json', {
    ...{ format: 'trainyard/confusion-matrix', ...head, classes: names, background: true, matrix },
  });
  artifact(state, entry, 'per_class', 'per_class.json', {
    ...{ format: 'trainyard/per-class', ...head, map50: 0.812, map50_95: 0.5731 },
    macro: { precision: 0.87, recall: 0.84, f1: 0.855 },
    classes: shapeNames.map((name, at) => ({
      ...{ name, support: 40 + at, predicted: 38 + at, correct: 33, accuracy: 0.84 },
      ...{ precision: 0.9 - at * 0.01, recall: 0.84, f1: 0.87 },
      ...{ map50: at === 11 ? null : 0.9 - at * 0.02, map50_95: at === 11 ? null : 0.3 + at * 0.04 },
    })),
  });
  const recall = Array.from({ length: 101 }, (_, at) => at / 100);
  artifact(state, entry, 'other', 'pr_curves.json', {
    ...{ format: 'trainyard/pr-curves', ...head, overlap: 0.5 },
    classes: shapeNames.map((name, at) => ({
      name,
      averagePrecision: at === 11 ? null : 0.9 - at * 0.02,
      recall: at === 11 ? [] : recall,
      precision: at === 11 ? [] : recall.map((value) => Math.max(0, 1 - value ** (9 - at * 0.6) * 1.1)),
    })),
  });
  const images = (state.labelled.get(labelledId) ?? []).filter(({ objects }) =>
    objects.every(({ box }) => box),
  );
  const samples = images.map((image, number) => ({
    ...sampleOf(image),
    true: image.objects.map((object) => ({ ...named(object), crowd: object.crowd })),
    predicted: image.objects.flatMap((object, at) => {
      if ((number + at) % 5 === 4 || !object.box) return [];
      const [left, top, width, height] = object.box;
      const box = [left + 4, top - 3, width * 0.96, height * 1.05];
      const name = object.class === 0 && at % 2 === 0 ? 'hexagon' : named(object).class;
      return [{ class: name, box, probability: 0.95 - ((number * 7 + at * 13) % 65) / 100 }];
    }),
  }));
  artifact(state, entry, 'predictions', 'predictions.json', {
    ...{ format: 'trainyard/predictions', ...head, samples },
  });
  return entry;
}

/** How wide and high the network's maps are: smaller than any image. */
const side = 96;

/** Run lengths of a circle in the network's size. */
function circleRuns([x, y, radius]: readonly [number, number, number]): string {
  const runs = [0];
  let isOf = false;
  for (let column = 0; column < side; column += 1) {
    for (let row = 0; row < side; row += 1) {
      const is = (column - x * side) ** 2 + (row - y * side) ** 2 < (radius * side) ** 2;
      if (is !== isOf) {
        isOf = is;
        runs.push(0);
      }
      runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    }
  }
  return compress(runs);
}

/** A segmenter with maps of 96 × 96, whatever size the images have: the circle of the regions' image lies in its middle. */
export async function addSegmentation(state: FixtureState): Promise<FixtureRun> {
  const entry = await addTaskRun(state, 'segmentation', { val_miou: 0.6412, val_accuracy: 0.931 });
  const names = ['background', ...shapeNames];
  const matrix = names.map((_truth, row) =>
    names.map((_found, column) => {
      if (row === column) return row === 0 ? 1_305_780 : 48_000 + row * 913;
      return row === 0 || column === 0 ? 2400 + row * 71 : (row * column * 37) % 500;
    }),
  );
  artifact(state, entry, 'confusion_matrix', 'confusion_matrix.json', {
    ...{ format: 'trainyard/confusion-matrix', ...head, unit: 'pixels', classes: names, matrix },
  });
  artifact(state, entry, 'per_class', 'per_class.json', {
    ...{ format: 'trainyard/per-class', ...head, unit: 'pixels', miou: 0.6412 },
    classes: names.map((name, at) => ({
      ...{ name, support: 40_000 + at * 1000, predicted: 39_000, correct: 35_000 },
      ...{ iou: 0.9 - at * 0.05, precision: 0.9, recall: 0.88 },
    })),
  });
  const maskOf = (counts: string) => ({ size: [side, side], counts });
  const samples = (state.labelled.get(labelledId) ?? []).slice(2).map((image) => ({
    ...sampleOf(image),
    true: [{ class: 'circle', mask: maskOf(circleRuns([0.5, 0.5, 0.25])) }],
    predicted: [
      { class: 'circle', mask: maskOf(circleRuns([0.55, 0.5, 0.22])) },
      { class: 'ring', mask: maskOf(circleRuns([0.15, 0.85, 0.1])) },
    ],
  }));
  artifact(state, entry, 'predictions', 'predictions.json', {
    ...{ format: 'trainyard/predictions', ...head, samples },
  });
  return entry;
}
