import path from 'node:path';
import { expect, test } from 'vitest';
import { askPython, pythonWith } from '../../../support/python-with.ts';
import { exported, type Setting } from '../support/exported.ts';
import { importFolder } from '../support/open-service.ts';
import { picture, writeFiles } from '../support/pictures.ts';
import { openSetting } from '../support/setting.ts';

const coco = pythonWith('pycocotools.coco');
const ultralytics = pythonWith('ultralytics.data.utils');
const suffix = (found: typeof coco) => ('reason' in found ? ` (skipped: ${found.reason})` : '');

const side = 40;
const polygons = [
  [4, 4, 20, 4, 20, 20, 4, 20],
  [24.5, 24, 36, 24, 36, 35.5],
];
const runs = { size: [side, side], counts: [82, 30, 10, 30, side * side - 152] };

async function importAll(setting: Setting, isAllPolygons: boolean): Promise<void> {
  const objects = (image: number) => [
    { image_id: image, category_id: 3, bbox: [4, 4, 32, 31.5], segmentation: polygons },
    { image_id: image, category_id: 9, bbox: [4, 4, 16, 16], segmentation: polygons.slice(0, 1) },
    ...(isAllPolygons
      ? []
      : [
          { image_id: image, category_id: 3, bbox: [2, 2, 2, 38], iscrowd: 1, segmentation: runs },
          { image_id: image, category_id: 9, bbox: [2, 2, 2, 38], segmentation: runs },
          { image_id: image, category_id: 9, bbox: [1.5, 2.25, 3, 4] },
        ]),
  ];
  const files: Record<string, Uint8Array> = {};
  for (const [at, split] of ['train', 'val'].entries()) {
    const images = [1, 2].map((id) => ({ id, file_name: `사진 ${id}.png`, width: side, height: side }));
    for (const { id, file_name } of images)
      files[`${split}/${file_name}`] = await picture(at * 10 + id, 'png', side);
    const annotations = objects(1).map((object, index) => ({ id: index + 1, ...object }));
    const categories = [
      { id: 3, name: '볼트: "M8"' },
      { id: 9, name: 'no' },
    ];
    const json = JSON.stringify({ images, annotations, categories });
    files[`annotations/instances_${split}.json`] = Buffer.from(json);
  }
  const folder = path.join(setting.folder, 'source');
  await writeFiles(folder, files);
  const done = await importFolder(setting, { path: folder, project: 'demo', format: 'auto', name: 'first' });
  expect(done.error).toBeNull();
}

const readCoco = `
import contextlib, io, json, os, sys
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
root = sys.argv[1]
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO(os.path.join(root, 'annotations', 'instances_val.json'))
    anns = coco.loadAnns(coco.getAnnIds())
    masks = [[a['area'], int(coco.annToMask(a).sum()), a['iscrowd']] for a in anns if a['segmentation']]
    found = [{k: a[k] for k in ('image_id', 'category_id', 'bbox')} | {'score': 1.0} for a in anns if not a['iscrowd']]
    run = COCOeval(coco, coco.loadRes(found), 'bbox')
    run.evaluate(); run.accumulate(); run.summarize()
files = [os.path.exists(os.path.join(root, 'images', 'val', i['file_name'])) for i in coco.dataset['images']]
print(json.dumps({'masks': masks, 'map': run.stats[0], 'files': files, 'names': [c['name'] for c in coco.loadCats(coco.getCatIds())]}))
`;

test.skipIf('reason' in coco)(
  `pycocotools reads an export: masks have the area that is written, crowds among them, and the objects are found as themselves${suffix(coco)}`,
  async () => {
    if ('reason' in coco) return;
    await using setting = await openSetting();
    await importAll(setting, false);
    const { folder } = await exported(setting, 'first', 'coco');
    const read = askPython<{
      masks: [number, number, number][];
      map: number;
      files: boolean[];
      names: string[];
    }>(coco.python, readCoco, [folder], setting.folder);
    expect(read).toMatchObject({ files: [true, true], names: ['볼트: "M8"', 'no'] });
    expect(read.map).toBeCloseTo(1, 6);
    expect(read.masks).toHaveLength(4);
    // Of polygons the written area is exact, and that of pycocotools a count of pixels.
    expect(read.masks[1]).toEqual([256, 256, 0]);
    expect(read.masks.slice(2)).toEqual([
      [60, 60, 1],
      [60, 60, 0],
    ]);
  },
);

const readYolo = `
import contextlib, io, json, sys
with contextlib.redirect_stdout(io.StringIO()):
    from ultralytics.data import utils
    from ultralytics.data.dataset import YOLODataset
    utils.check_font = lambda *_: None  # it would be downloaded
    data = utils.check_det_dataset(sys.argv[1], autodownload=False)
    out = {'names': list(data['names'].values())}
    for split in ('train', 'val'):
        task = sys.argv[2]
        own = YOLODataset(img_path=data[split], data=data, task=task, imgsz=64, augment=False, cache=False)
        out[split] = [[len(l['cls']), len(l['segments'])] for l in own.labels]
        boxes = [l['bboxes'].tolist() for l in own.labels]
        out['box'] = [b for image in boxes for b in image][0]
print(json.dumps(out))
`;

test.skipIf('reason' in ultralytics).each([
  ['boxes', false, 'detect'],
  ['polygons', true, 'segment'],
] as const)(
  `Ultralytics loads an export of %s from any folder, with background${suffix(ultralytics)}`,
  async (_, isAllPolygons, task) => {
    if ('reason' in ultralytics) return;
    await using setting = await openSetting();
    await importAll(setting, isAllPolygons);
    const { folder } = await exported(setting, 'first', 'yolo');
    const read = askPython<{ names: string[]; train: number[][]; val: number[][]; box: number[] }>(
      ultralytics.python,
      readYolo,
      [path.join(folder, 'data.yaml'), task],
      setting.folder,
    );
    expect(read.names).toEqual(['볼트: "M8"', 'no']);
    const own = isAllPolygons ? [2, 2] : [4, 0];
    expect(read.train).toEqual([own, [0, 0]]);
    expect(read.val).toEqual([own, [0, 0]]);
    const expected = [20 / side, 19.75 / side, 32 / side, 31.5 / side];
    for (const [at, value] of read.box.entries()) expect(value).toBeCloseTo(expected[at] ?? 0, 6);
  },
);
