import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyDataset } from '../support/tiny-dataset.ts';
import type { Row } from './table.ts';

const trainer = path.resolve(import.meta.dirname, '../../resources/trainers/torch');
const programs = path.join(import.meta.dirname, 'trainers');
const classNames = ['class-0', 'class-1'];

/** Images per second, and per second of the training process's processor time. */
type Pace = readonly [wall: number, cpu: number];

/** The quickest of many: whatever else a machine does makes them slower, never quicker. */
function quickest(paces: readonly Pace[]): Pace {
  return [Math.max(...paces.map(([wall]) => wall)), Math.max(...paces.map(([, cpu]) => cpu))];
}

/** Of a training all epochs but the first, in which memory and processes are new. */
const settled = (epochs: readonly Pace[]) => quickest(epochs.slice(1));

/** Images per second of the torch trainer, against a plain loop with the same model, images, batches and processes that read them. */
export async function benchTorchPace({ rounds = 4, images = 48, epochs = 7 } = {}): Promise<Row[]> {
  const python = process.env.TRAINYARD_TEST_PYTHON;
  if (!python) throw new Error('TRAINYARD_TEST_PYTHON names no Python with torch');
  await using place = await temporaryFolder();
  const data = path.join(place.folder, 'data');
  await writeTinyDataset(data, { classes: 2, images, side: 96 });
  const directory = path.join(place.folder, 'run');

  async function prepare(): Promise<void> {
    await rm(directory, { recursive: true, force: true });
    for (const folder of ['checkpoints', 'artifacts'])
      await mkdir(path.join(directory, folder), { recursive: true });
    const lines = classNames.flatMap((name) =>
      Array.from({ length: images }, (_, index) => {
        const file = `${name}/${index}.png`;
        const split = index < 2 ? 'val' : 'train';
        return JSON.stringify({ file, path: file, class: name, split, width: 96, height: 96, channels: 1 });
      }),
    );
    await writeFile(path.join(directory, 'dataset.jsonl'), `${lines.join('\n')}\n`);
    const config = {
      ...{ protocol: 1, runId: 'bench', attempt: 1, resume: null },
      task: { type: 'classification', numClasses: 2, classNames },
      model: { name: 'resnet18', source: 'timm', pretrained: false, pretrainedWeights: null },
      dataset: { datasetId: 'bench', version: 1, root: data, manifest: 'dataset.jsonl', imageSize: 96 },
      training: { epochs, batchSize: 16, learningRate: 1e-3, optimizer: 'adam', weightDecay: 0, seed: 7 },
      resources: { gpuCount: 0, workers: 1 },
    };
    await writeFile(path.join(directory, 'config.json'), JSON.stringify(config));
  }

  async function run(program: string): Promise<Pace> {
    await prepare();
    const child = spawn(python ?? '', [path.join(programs, program), directory], {
      cwd: directory,
      env: { ...process.env, PYTHONPATH: trainer, OMP_NUM_THREADS: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (piece: Buffer) => (text += piece.toString()));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${program} ended with ${code}`);
    return settled(JSON.parse(text));
  }

  const paces = { ours: [] as Pace[], plain: [] as Pace[], again: [] as Pace[] };
  for (let round = 0; round < rounds; round += 1) {
    // Neither of the two that are the same always comes first.
    const isEven = round % 2 === 0;
    paces[isEven ? 'plain' : 'again'].push(await run('plain_loop.py'));
    paces.ours.push(await run('paced_trainer.py'));
    paces[isEven ? 'again' : 'plain'].push(await run('plain_loop.py'));
  }
  const row = (name: string, which: 0 | 1): Row => {
    const best = (of: readonly Pace[]) => quickest(of)[which];
    // Of as many runs as ours: the best of more would be better.
    const [mine, theirs] = [best(paces.ours), (best(paces.plain) + best(paces.again)) / 2];
    const ratio = mine / theirs;
    return {
      ...{ name, ratio, goal: '≥ 0.97', met: ratio >= 0.97 },
      control: best(paces.plain) / best(paces.again),
      detail: `timm/resnet18 at 96 × 96, batches of 16, one thread and one process that reads images, the quickest of ${rounds * (epochs - 1)} epochs: ${mine.toFixed(1)}, the plain loop ${theirs.toFixed(1)}`,
    };
  };
  return [
    row('images per second of the torch trainer, against a plain loop of the same model and loader', 0),
    row('the same per second of the training process’s processor time', 1),
  ];
}
