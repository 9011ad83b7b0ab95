import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { sampleRun } from '../trainer/support/sample-run.ts';
import { type Ended, train } from '../trainer/support/trainer.ts';
import { median, type Row } from './table.ts';

const steps = 12 * 63;
/** The products of matrices of one step of 64 images, ahead and back, as [rows, inner, columns]: all of the network's arithmetic that counts. */
const block = [
  [3136, 32, 64],
  [3136, 64, 32],
  [3136, 64, 32],
  [3136, 32, 64],
  [64, 3136, 32],
  [64, 3136, 32],
] as const;
const products = [
  [12_544, 36, 32],
  [32, 12_544, 36],
  ...block,
  ...block,
  [64, 1568, 64],
  [64, 64, 1568],
  [1568, 64, 64],
] as const;

const numbers = new Float32Array(12_544 * 36).fill(0.5);
const matrix = (rows: number, columns: number) =>
  tf.tensor2d(numbers.subarray(0, rows * columns), [rows, columns]);

/** Seconds that one thread takes for the products of 12 epochs over the sample, with TensorFlow.js and nothing around them. */
function rawSeconds(): number {
  const measured = 126;
  const startedAt = performance.now();
  for (let step = 0; step < measured; step += 1) {
    for (const [rows, inner, columns] of products)
      tf.tidy(() => void tf.matMul(matrix(rows, inner), matrix(inner, columns)));
  }
  return ((performance.now() - startedAt) / 1000 / measured) * steps;
}

/**
 * What the trainer of b8c58276 took, by the same yardstick; the goal is half of it. Medians of seeds 1 to 3 on two quiet cores: 16.4 s to
 * 85 % and 33.1 s to the end, where the products took 9.4 s.
 */
const before = { to85: 1.74, whole: 3.52 };

/** Seconds from the start to the epoch whose validation accuracy passed 85 %, and to the end. */
async function trainSample(seed: number): Promise<{ to85: number; whole: number; accuracy: number }> {
  await using run = await sampleRun({ seed });
  const startedAt = Date.now();
  const { events, result } = await train(run.directory);
  const whole = (Date.now() - startedAt) / 1000;
  const accuracyOf = ({ values }: Ended['events'][number]) =>
    (values as { val_accuracy?: number } | undefined)?.val_accuracy ?? 0;
  const passed = events.find((event) => accuracyOf(event) > 0.85);
  if (result.status !== 'completed' || !passed)
    throw new Error(`The sample ended as ${result.status} and did not pass 85 %.`);
  return {
    to85: (Date.parse(passed.time) - startedAt) / 1000,
    whole,
    accuracy: Math.max(...events.map(accuracyOf)),
  };
}

/** The sample's training, against the bare products of matrices of 12 epochs on one thread. */
export async function benchSample({ rounds = 3 } = {}): Promise<Row[]> {
  await tf.setBackend('wasm');
  rawSeconds();
  const raw: number[] = [];
  const again: number[] = [];
  const runs: Awaited<ReturnType<typeof trainSample>>[] = [];
  for (let seed = 1; seed <= rounds; seed += 1) {
    raw.push(rawSeconds());
    runs.push(await trainSample(seed));
    again.push(rawSeconds());
  }
  const accuracies = runs.map(({ accuracy }) => accuracy * 100);
  const mean = accuracies.reduce((sum, one) => sum + one, 0) / rounds;
  const row = (name: string, seconds: number, goal: number): Row => {
    const ratio = seconds / median([...raw, ...again]);
    return {
      name,
      ratio,
      goal: `≤ ${goal.toFixed(2)}`,
      met: ratio <= goal,
      control: median(again) / median(raw),
      detail: `${seconds.toFixed(1)} s; the products ${median(raw).toFixed(1)} s; seeds 1 to ${rounds} end at ${mean.toFixed(1)} % on average, at least ${Math.min(...accuracies).toFixed(1)} %`,
    };
  };
  const to85 = median(runs.map((run) => run.to85));
  const whole = median(runs.map((run) => run.whole));
  return [
    row(
      'the sample until 85 % validation accuracy, against the products of matrices of 12 epochs',
      to85,
      before.to85 / 2,
    ),
    row('the whole of the sample, against the same', whole, before.whole / 2),
  ];
}
