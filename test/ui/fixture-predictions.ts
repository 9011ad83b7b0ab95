import sharp from 'sharp';
import type { Prediction } from '../../src/shared/contract/predictions.ts';
import type { Run } from '../../src/shared/contract/runs.ts';
import { fault } from '../../src/shared/errors/catalogue.ts';
import { whyNoPrediction } from '../../src/shared/errors/predictions.ts';

const [width, height] = [640, 400];

/** Runs whose names end so have no ONNX Runtime; those with no artifacts have no model. */
const withoutRuntime = /without-runtime$/;

const modelOf = (run: Run): Prediction['model'] => ({
  task: run.config?.task.type ?? 'classification',
  classNames: run.config?.task.classNames ?? [],
  attempt: 1,
  epoch: 6,
});

/** Whether a run's model predicts. */
export function predictorOf(run: Run) {
  if (run.artifacts.length === 0)
    return {
      model: null,
      fault: fault('RUN_CANNOT_PREDICT', { name: run.name, ...whyNoPrediction.none }).record,
    };
  const command = 'npm install --prefix /opt/trainyard --no-save --ignore-scripts onnxruntime-node@1.30.0';
  const missing = withoutRuntime.test(run.name) ? fault('ONNX_RUNTIME_MISSING', { command }).record : null;
  return { model: modelOf(run), fault: missing };
}

const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#d9dee5"/><rect x="60" y="80" width="180" height="180" fill="#28a03c"/><circle cx="460" cy="220" r="90" fill="#d03030"/></svg>`;

/** Run lengths of a rectangle. */
function rectangle(left: number, top: number, wide: number, high: number) {
  const counts = [left * height + top];
  for (let column = 1; column < wide; column += 1) counts.push(high, height - high);
  return {
    size: [height, width] as [number, number],
    counts: [...counts, high, height * (width - left - wide) + height - top - high],
  };
}

/** What a model finds in any image: a square and a circle, and something that it is hardly sure of. */
export async function predictionOf(run: Run): Promise<Prediction> {
  const model = modelOf(run);
  const preview = await sharp(Buffer.from(picture)).png().toBuffer();
  const image = { width, height, preview: `data:image/png;base64,${preview.toString('base64')}` };
  const milliseconds = { load: 184, network: 21, total: 263 };
  const nameOf = (index: number) => model.classNames[index] ?? `class ${index}`;
  if (model.task === 'classification') {
    const probabilities = [0.871, 0.104, 0.02];
    const classes = probabilities.map((probability, index) => ({
      ...{ class: index, name: nameOf(index), probability, share: null },
    }));
    return { model, image, classes, objects: [], milliseconds };
  }
  const found = (index: number, probability: number, box: [number, number, number, number]) => ({
    ...{ class: index, name: nameOf(index), probability },
    ...(model.task === 'detection' ? { box, mask: null } : { box: null, mask: rectangle(...box) }),
  });
  const objects = [
    found(1, 0.93, [60, 80, 180, 180]),
    found(0, 0.61, [370, 130, 180, 180]),
    found(2, 0.12, [300, 20, 60, 40]),
  ];
  const classes =
    model.task === 'detection'
      ? []
      : objects.map(({ class: index, name, probability }, at) => ({
          class: index,
          name,
          probability,
          share: 0.14 / (at + 1),
        }));
  return { model, image, classes, objects, milliseconds };
}
