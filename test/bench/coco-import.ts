import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findNode } from '../../bin/find-node.mjs';
import { appRoot } from '../../src/main/platform/paths.ts';
import { median, type Row } from './table.ts';

const categories = 80;

/** Numbers as labels have them, the same in every run. */
function coordinates(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((state / 2 ** 32) * below * 100) / 100;
  };
}

/**
 * A file as COCO's own are: images of 640 × 480, seven objects each; of an object one polygon or two of 4 to 49 points, 530 bytes in
 * all (`instances_train2017.json` has 520).
 */
async function writeCoco(file: string, images: number, annotations: number): Promise<void> {
  const out = createWriteStream(file);
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain');
  };
  const next = coordinates();
  const polygon = () =>
    Array.from({ length: 2 * (4 + Math.floor(next(46))) }, (_, at) => next(at % 2 === 0 ? 640 : 480));
  await write('{"info": {"year": 2017}, "images": [');
  for (let id = 0; id < images; id += 1) {
    const file_name = `${String(id).padStart(12, '0')}.jpg`;
    const coco_url = `http://images.cocodataset.org/train2017/${file_name}`;
    await write(
      (id > 0 ? ', ' : '') + JSON.stringify({ license: 4, file_name, coco_url, height: 480, width: 640, id }),
    );
  }
  await write('], "annotations": [');
  for (let id = 0; id < annotations; id += 1) {
    const segmentation = id % 7 === 0 ? [polygon(), polygon()] : [polygon()];
    const bbox = [next(500), next(400), 1 + next(100), 1 + next(70)];
    const rest = { area: next(10_000), iscrowd: 0, image_id: id % images, bbox };
    await write(
      (id > 0 ? ', ' : '') +
        JSON.stringify({ segmentation, ...rest, category_id: 1 + (id % categories), id }),
    );
  }
  const named = Array.from({ length: categories }, (_, at) => ({ id: at + 1, name: `class ${at}` }));
  out.end(`], "categories": ${JSON.stringify(named)}}`);
  await once(out, 'close');
}

interface Spent {
  readonly ms: number;
  readonly cpu: number;
}

interface Taken {
  readonly reading: Spent;
  /** Null where nothing is joined. */
  readonly objects: Spent | null;
  readonly peak: number;
  readonly count: number;
}

const run = promisify(execFile);

async function taken(how: 'read' | 'parse', file: string, images: number): Promise<Taken> {
  const script = path.join(appRoot(), 'test', 'bench', 'coco-import-child.ts');
  const { stdout } = await run(findNode(), [script, how, file, path.dirname(file), String(images)]);
  return JSON.parse(stdout) as Taken;
}

/** Reading a COCO file as an import does against `JSON.parse` of it, and the memory that this takes against a fifth of its annotations. */
export async function benchCocoImport({ annotations = 860_000, rounds = 5 } = {}): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-bench-coco-'));
  try {
    const [some, many] = [path.join(folder, 'some.json'), path.join(folder, 'many.json')];
    const images = Math.ceil(annotations / 7);
    await writeCoco(some, images, Math.ceil(annotations / 5));
    await writeCoco(many, images, annotations);
    const all = { parse: [] as Taken[], read: [] as Taken[], again: [] as Taken[] };
    for (let round = 0; round < rounds; round += 1) {
      all.parse.push(await taken('parse', many, images));
      all.read.push(await taken('read', many, images));
      all.again.push(await taken('parse', many, images));
    }
    const fifth = await taken('read', some, images);
    const middle = (takes: readonly Taken[], of: (one: Taken) => number) => median(takes.map(of));
    const raw = middle(all.parse, ({ reading }) => reading.ms);
    const reading = middle(all.read, (one) => one.reading.ms);
    const objects = middle(all.read, (one) => one.objects?.ms ?? 0);
    const peak = middle(all.read, (one) => one.peak);
    const [rawCpu, cpu] = [all.parse, all.read].map((takes) => middle(takes, (one) => one.reading.cpu));
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    const size = megabytes((await stat(many)).size);
    const count = (of: number) => of.toLocaleString('en');
    return [
      {
        name: 'time of reading a COCO file, against JSON.parse of it',
        ratio: reading / raw,
        goal: '≤ 0.5',
        met: reading / raw <= 0.5,
        control: middle(all.again, (one) => one.reading.ms) / raw,
        detail: `${count(annotations)} annotations, ${size}: ${reading.toFixed(0)} ms, JSON.parse ${raw.toFixed(0)} ms (processor ${cpu?.toFixed(0)} and ${rawCpu?.toFixed(0)}); joining them to their images, checking each box and mask and writing them image by image ${objects.toFixed(0)} ms more`,
      },
      {
        name: 'peak memory of reading a COCO file, against a fifth of its annotations of the same images',
        ratio: peak / fifth.peak,
        goal: '≤ 1.3',
        met: peak / fifth.peak <= 1.3,
        control: null,
        detail: `${count(annotations)} annotations: ${megabytes(peak)}, a fifth ${megabytes(fifth.peak)}; JSON.parse of all ${megabytes(middle(all.parse, (one) => one.peak))}`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
