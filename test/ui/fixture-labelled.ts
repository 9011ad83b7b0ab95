import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { makeProblem } from '../../src/main/features/datasets/problems.ts';
import type { ImageObject } from '../../src/shared/contract/dataset-labels.ts';
import type { Validation } from '../../src/shared/contract/datasets.ts';
import { ago, dataset, fixtureId } from './fixture-data.ts';
import type { FixtureState } from './fixture-state.ts';

export interface LabelledImage {
  readonly path: string;
  readonly split: 'train' | 'val';
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly bytes: Buffer;
  readonly objects: readonly ImageObject[];
  readonly findings: Validation['warnings'];
}

export const shapeNames = [
  'circle',
  'square',
  'triangle',
  'diamond',
  '별 모양',
  'hexagon',
  'ellipse',
  'crowd of dots',
  'ring',
  'cross',
  'arrow',
  'unused shape with a name that is long',
];

type Shape = readonly [index: number, x: number, y: number, radius: number];

const fills = ['#7f8fa6', '#c8b48a', '#93b48b', '#b48b9f', '#8bb0b4', '#c79a6b'];

/** Corners of a shape around its middle; a circle has many. */
function cornersOf([index, x, y, radius]: Shape): [number, number][] {
  const sides = [48, 4, 3, 4, 10, 6][index % 6] ?? 48;
  const turn = index === 1 ? Math.PI / 4 : -Math.PI / 2;
  return Array.from({ length: sides }, (_, corner) => {
    const angle = turn + (corner * 2 * Math.PI) / sides;
    const far = sides === 10 && corner % 2 === 1 ? radius * 0.45 : radius;
    return [
      Math.round((x + far * Math.cos(angle)) * 10) / 10,
      Math.round((y + far * Math.sin(angle)) * 10) / 10,
    ];
  });
}

function boxOf(points: readonly (readonly [number, number])[]): [number, number, number, number] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** Run lengths of the pixels that `isIn` names, column by column. */
function runsOf(width: number, height: number, isIn: (x: number, y: number) => boolean): number[] {
  const runs = [0];
  let of = false;
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      if (isIn(x, y) !== of) {
        of = !of;
        runs.push(0);
      }
      runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    }
  }
  return runs;
}

/** COCO's text for run lengths (cocodataset/cocoapi, maskApi.c, rleToString). */
export function compress(runs: readonly number[]): string {
  let text = '';
  runs.forEach((run, at) => {
    let value = at > 2 ? run - (runs[at - 2] ?? 0) : run;
    for (let more = true; more; ) {
      const group = value & 31;
      value >>= 5;
      more = (group & 16) !== 0 ? value !== -1 : value !== 0;
      text += String.fromCharCode((more ? group | 32 : group) + 48);
    }
  });
  return text;
}

const plain = { crowd: false, difficult: false };
const inCircle =
  ([, x, y, radius]: Shape) =>
  (column: number, row: number) =>
    (column - x) ** 2 + (row - y) ** 2 < radius ** 2;

const svgOf = (width: number, height: number, shapes: readonly Shape[]) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#dfe3e8"/><rect y="70%" width="100%" height="30%" fill="#c3cad3"/>${shapes
    .map(
      (shape) => `<polygon fill="${fills[shape[0] % fills.length]}" points="${cornersOf(shape).join(' ')}"/>`,
    )
    .join('')}</svg>`;

async function image(
  number: number,
  [width, height]: readonly [number, number],
  shapes: readonly Shape[],
  objects: readonly ImageObject[],
  findings: Validation['warnings'] = [],
): Promise<LabelledImage> {
  const bytes = await sharp(Buffer.from(svgOf(width, height, shapes)))
    .png()
    .toBuffer();
  const sha256 = createHash('sha256').update(bytes).update(String(number)).digest('hex');
  const path = `images/${String(number).padStart(4, '0')}.png`;
  return { path, split: number % 5 === 4 ? 'val' : 'train', width, height, sha256, bytes, objects, findings };
}

const polygonObject = (shape: Shape): ImageObject => {
  const corners = cornersOf(shape);
  return { class: shape[0], box: boxOf(corners), mask: [corners.flat()], ...plain };
};

/** Every kind of label in one image. */
function everyKind(): Promise<LabelledImage> {
  const [width, height] = [640, 360];
  const shapes: Shape[] = [
    [0, 110, 110, 70],
    [1, 300, 120, 80],
    [2, 470, 120, 80],
    [4, 560, 280, 60],
    [3, 120, 280, 50],
    [5, 240, 300, 40],
  ];
  const [circle, , , , diamond, hexagon] = shapes as [Shape, Shape, Shape, Shape, Shape, Shape];
  const dots: Shape[] = Array.from({ length: 12 }, (_, at) => [
    0,
    340 + (at % 6) * 24,
    250 + Math.floor(at / 6) * 40,
    9,
  ]);
  const isDot = (x: number, y: number) => dots.some((dot) => inCircle(dot)(x, y));
  const withRuns = (shape: Shape, counts: string | number[]): ImageObject => ({
    ...polygonObject(shape),
    mask: { counts, size: [height, width] },
  });
  const objects: ImageObject[] = [
    withRuns(circle, compress(runsOf(width, height, inCircle(circle)))),
    polygonObject(shapes[1] as Shape),
    { ...polygonObject(shapes[2] as Shape), difficult: true },
    polygonObject(shapes[3] as Shape),
    withRuns(
      diamond,
      runsOf(width, height, (x, y) => Math.abs(x - 120) + Math.abs(y - 280) < 50),
    ),
    { ...polygonObject(hexagon), mask: null },
    {
      ...plain,
      class: 7,
      box: [330, 240, 140, 60],
      mask: { counts: compress(runsOf(width, height, isDot)), size: [height, width] },
      crowd: true,
    },
    {
      ...plain,
      class: null,
      box: null,
      mask: { counts: compress(runsOf(width, height, (x, y) => x > 590 && y < 200)), size: [height, width] },
    },
  ];
  const finding = makeProblem(
    'BOX_CLIPPED',
    'annotations/instances.json',
    {
      count: 3,
      what: { en: 'annotation 17', ko: '어노테이션 17' },
      box: '-1 240 140 60',
      image: '640 × 360',
    },
    214,
  );
  return image(0, [width, height], [...shapes, ...dots], objects, [finding]);
}

/** A class for each pixel, and no boxes. */
function regions(number: number): Promise<LabelledImage> {
  const [width, height] = [480, 300];
  const shape: Shape = [0, 240, 150, 90];
  const region = (index: number, isIn: (x: number, y: number) => boolean): ImageObject => ({
    ...plain,
    class: index,
    box: null,
    mask: { counts: runsOf(width, height, isIn), size: [height, width] },
  });
  const isCircle = inCircle(shape);
  return image(
    number,
    [width, height],
    [shape],
    [region(8, (x, y) => y >= 210 && !isCircle(x, y)), region(0, isCircle)],
  );
}

const sizes = [
  [640, 360],
  [360, 640],
  [480, 480],
  [900, 300],
  [240, 600],
] as const;

/** Shapes here and there, the same in every run. */
function someShapes(number: number): Promise<LabelledImage> {
  const [width, height] = sizes[number % sizes.length] ?? sizes[0];
  const shapes = Array.from({ length: 1 + (number % 6) }, (_, at): Shape => {
    const noise = (salt: number) => {
      const value = Math.sin(number * 12.9898 + at * 78.233 + salt) * 43_758.5453;
      return value - Math.floor(value);
    };
    const radius = 14 + noise(3) * Math.min(width, height) * 0.2;
    const within = (length: number, salt: number) => radius + noise(salt) * (length - 2 * radius);
    return [(number * 3 + (at % 4) ** 2) % 11, within(width, 1), within(height, 2), radius];
  });
  return image(number, [width, height], shapes, shapes.map(polygonObject));
}

async function makeImages(): Promise<readonly LabelledImage[]> {
  const others = Array.from({ length: 40 }, (_, at) => at + 3);
  return Promise.all([everyKind(), image(1, [480, 480], [], []), regions(2), ...others.map(someShapes)]);
}

let made: Promise<readonly LabelledImage[]> | null = null;

export const labelledId = fixtureId(2, 50);

/** Counts as an import would. */
function labelsOf(images: readonly LabelledImage[]) {
  const objects = images.flatMap((one) => one.objects);
  const boxed = objects.filter(({ box, crowd }) => box && !crowd);
  const areas = boxed.map(({ box }) => (box ? box[2] * box[3] : 0));
  return {
    boxes: boxed.length,
    masks: objects.filter(({ mask, class: index }) => mask && index !== null).length,
    background: images.filter((one) => one.objects.length === 0).length,
    crowds: objects.filter(({ crowd }) => crowd).length,
    difficult: objects.filter(({ difficult }) => difficult).length,
    sizes: {
      small: areas.filter((area) => area < 32 ** 2).length,
      medium: areas.filter((area) => area >= 32 ** 2 && area < 96 ** 2).length,
      large: areas.filter((area) => area >= 96 ** 2).length,
    },
  };
}

/** Adds a dataset of shapes with boxes, polygons, run lengths, a crowd, regions and an image without objects. */
export async function addLabelled(
  state: FixtureState,
  change: (images: readonly LabelledImage[]) => readonly LabelledImage[] = (images) => images,
  names: readonly string[] = shapeNames,
): Promise<void> {
  made ??= makeImages();
  const images = change(await made);
  const [project] = state.projects.values();
  if (!project) throw new Error('the fixture has no project');
  const objects = images.flatMap((one) => one.objects);
  const classes = names.map((name, index) => ({
    name,
    count: objects.filter((one) => one.class === index && !one.crowd).length,
  }));
  state.labelled.set(labelledId, images);
  state.datasets.set(
    labelledId,
    dataset(50, 'shapes-coco', [], project, {
      description: 'Drawn shapes with boxes and masks',
      format: 'coco',
      labels: labelsOf(images),
      images: images.length,
      sizeBytes: images.reduce((sum, { bytes }) => sum + bytes.length, 0),
      classes,
      createdAt: ago(20),
      updatedAt: ago(19),
    }),
  );
}
