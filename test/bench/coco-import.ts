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

/** A file as COCO's own are written: a polygon of ten points for each annotation. */
async function writeCoco(file: string, images: number, annotations: number): Promise<void> {
  const out = createWriteStream(file);
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, 'drain');
  };
  const next = coordinates();
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
    const segmentation = [Array.from({ length: 20 }, (_, at) => next(at % 2 === 0 ? 640 : 480))];
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

interface Taken {
  readonly reading: number;
  readonly objects: number;
  readonly peak: number;
  readonly count: number;
}

const run = promisify(execFile);

async function taken(how: 'read' | 'parse', file: string, images: number): Promise<Taken> {
  const script = path.join(appRoot(), 'test', 'bench', 'coco-import-child.ts');
  const { stdout } = await run(findNode(), [script, how, file, path.dirname(file), String(images)]);
  return JSON.parse(stdout) as Taken;
}

/** Reading a COCO file as an import does against `JSON.parse` of it, and the memory that this takes for five times as many annotations. */
export async function benchCocoImport({ annotations = 400_000, rounds = 5 } = {}): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainyard-bench-coco-'));
  try {
    const [some, many] = [path.join(folder, 'some.json'), path.join(folder, 'many.json')];
    const images = Math.ceil(annotations / 7);
    await writeCoco(some, images, annotations);
    await writeCoco(many, images, annotations * 5);
    const all = { parse: [] as Taken[], read: [] as Taken[], again: [] as Taken[] };
    for (let round = 0; round < rounds; round += 1) {
      all.parse.push(await taken('parse', some, images));
      all.read.push(await taken('read', some, images));
      all.again.push(await taken('parse', some, images));
    }
    const whole = await taken('read', many, images);
    const middle = (takes: readonly Taken[], of: (one: Taken) => number) => median(takes.map(of));
    const raw = middle(all.parse, ({ reading }) => reading);
    const reading = middle(all.read, (one) => one.reading);
    const objects = middle(all.read, (one) => one.objects);
    const peak = middle(all.read, (one) => one.peak);
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    const size = megabytes((await stat(some)).size);
    const count = annotations.toLocaleString('en');
    return [
      {
        name: 'processor time of reading a COCO file, against JSON.parse of it',
        ratio: reading / raw,
        goal: '≤ 0.5',
        met: reading / raw <= 0.5,
        control: middle(all.again, (one) => one.reading) / raw,
        detail: `${count} annotations, ${size}: ${reading.toFixed(0)} ms, JSON.parse ${raw.toFixed(0)} ms; joining them to their images and checking each box and mask ${objects.toFixed(0)} ms more`,
      },
      {
        name: 'peak memory of reading a COCO file, five times as many annotations of the same images against some',
        ratio: whole.peak / peak,
        goal: '≤ 1.3',
        met: whole.peak / peak <= 1.3,
        control: null,
        detail: `${(annotations * 5).toLocaleString('en')} annotations: ${megabytes(whole.peak)}, ${count}: ${megabytes(peak)}; JSON.parse of these ${megabytes(middle(all.parse, (one) => one.peak))}`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
