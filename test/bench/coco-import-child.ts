// node coco-import-child.ts read|parse FILE SCRATCH IMAGES: reads a COCO file as an import does, or by JSON.parse, and writes to standard
// output what it took: milliseconds by the clock and of the processor, peak memory in bytes.
import { constants, readFileSync } from 'node:fs';
import { CocoReader } from '../../src/main/features/datasets/formats/coco/coco.ts';
import { LabelSpool } from '../../src/main/features/datasets/formats/label-spool.ts';
import { objectsOf } from '../../src/main/features/datasets/formats/objects.ts';
import { Tally } from '../../src/main/features/datasets/formats/tally.ts';
import type { ImageContent } from '../../src/main/features/datasets/images.ts';
import type { LabelFile } from '../../src/main/features/datasets/label-files.ts';
import { Findings } from '../../src/main/features/datasets/problems.ts';
import { KeptFile } from '../../src/main/features/datasets/sources/kept-file.ts';

const [how, file = '', scratch = '', images = '0'] = process.argv.slice(2);
/** The file as a folder's are read. */
const label: LabelFile = {
  path: 'instances.json',
  segments: ['instances.json'],
  keep: () =>
    KeptFile.open(file, { flags: constants.O_RDONLY, shown: file, asFault: (error) => error as Error }),
  chunks: () => {
    throw new Error('it is kept instead');
  },
};

function stopwatch(): () => { readonly ms: number; readonly cpu: number } {
  const [start, used] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { ms: performance.now() - start, cpu: (user + system) / 1000 };
  };
}

/** Peak memory before the images' own facts are made up, which an import has anyway. */
async function read() {
  await using spool = new LabelSpool(scratch);
  const tally = new Tally(new Findings(), new Findings());
  const took = stopwatch();
  const reader = new CocoReader(spool, tally);
  await reader.read(label);
  const reading = took();
  const { maxRSS } = process.resourceUsage();
  const scanned = Array.from({ length: Number(images) }, (_, at) => {
    const name = `${String(at).padStart(12, '0')}.jpg`;
    const facts = { width: 640, height: 480 } as ImageContent;
    return { sourcePath: name, segments: [name], facts, problems: [] };
  });
  const joined = stopwatch();
  const set = reader.finish(scanned);
  let count = 0;
  for (const { counts } of objectsOf(set, spool, tally)) count += counts.objects;
  return { reading, objects: joined(), peak: maxRSS * 1024, count };
}

if (how === 'read') console.log(JSON.stringify(await read()));
else {
  const took = stopwatch();
  const { annotations } = JSON.parse(readFileSync(file, 'utf8')) as { annotations: unknown[] };
  const reading = took();
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ reading, objects: null, peak, count: annotations.length }));
}
