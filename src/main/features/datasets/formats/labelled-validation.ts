import type { DatasetFormat } from '../../../../shared/contract/datasets.ts';
import type { Examination, Labelled } from '../examination.ts';
import type { AcceptedImage, ImageContent } from '../images.ts';
import { foldName, normalName } from '../names.ts';
import { makeProblem } from '../problems.ts';
import { commonFolder, type Scan } from '../scan.ts';
import { EntryFault } from '../source.ts';
import { findLabelledRisks } from '../training-risks.ts';
import { report } from '../validation.ts';
import type { AnnotationsFile } from './annotations-file.ts';
import type { LabelSpool } from './label-spool.ts';
import type { LabelledImage, LabelReader } from './labelled-set.ts';
import { type ImageObjects, objectsOf } from './objects.ts';
import type { Tally } from './tally.ts';

interface PlacedLabels {
  readonly labelled: LabelledImage;
  readonly facts: ImageContent;
  readonly path: string;
  readonly file: string;
}

/**
 * Judges what a scan and a label reader saw of a labelled dataset, and writes the labels of the images that can be used, in their
 * order, which is that of their paths.
 */
export function evaluateLabelled(
  scan: Scan,
  format: DatasetFormat,
  {
    labels,
    spool,
    tally,
  }: { readonly labels: LabelReader; readonly spool: LabelSpool; readonly tally: Tally },
  file: AnnotationsFile,
): Examination {
  const set = labels.finish(scan.images, scan.folders);
  for (const { image } of set.images) {
    for (const problem of image.problems) scan.errors.add(problem);
    if (image.facts?.damage)
      scan.warnings.add(makeProblem('IMAGE_DAMAGED', image.sourcePath, { why: image.facts.damage }));
  }
  const base = baseOf(scan, set.images);
  const images = placeImages(set.images, base.length);
  const collided = reportCollisions(scan, images);
  const all = new LabelSum(set.classes);
  const used = new LabelSum(set.classes);
  const accepted: (AcceptedImage & ImageContent)[] = [];
  const ordered = { ...set, images: images.map(({ labelled }) => labelled) };
  let place = 0;
  let isCutShort = scan.isCutShort || set.isFatal;
  try {
    for (const value of objectsOf(ordered, spool, tally)) {
      const placed = images[place] as PlacedLabels;
      place += 1;
      all.add(value);
      if (placed.labelled.image.problems.length > 0 || collided.has(placed) || hasLost(value)) continue;
      used.add(value);
      file.add(value.line);
      accepted.push(accept(placed, value));
    }
  } catch (error) {
    // Masks that were left in their file can't be read there any more.
    if (!(error instanceof EntryFault)) throw error;
    scan.errors.add(error.problem);
    isCutShort = true;
  }
  tally.finish();
  for (const risk of findLabelledRisks(accepted, set.classes)) scan.warnings.add(risk);
  const facts = images.map((image) => image.facts);
  const found = report(format, scan.errors, scan.warnings, facts, accepted.length);
  const validation = { ...found, summary: { ...found.summary, ...all.result() } };
  const isFatal = isCutShort || accepted.length === 0;
  return { validation, accepted, base, isFatal, annotations: { ...file.finish(), labelled: used.result() } };
}

/** Whether errors took all objects of an image: it would be taught as one without any. */
function hasLost({ image, isEmpty, counts }: ImageObjects): boolean {
  return isEmpty && (counts.wrong > 0 || image.hasRefused);
}

/** The folders that only wrap the dataset: all its images and labels lie in the last of them. */
function baseOf({ labelBase }: Scan, images: readonly LabelledImage[]): readonly string[] {
  let base = labelBase;
  for (const { image } of images) base = commonFolder(base, image.segments);
  return base ?? [];
}

function placeImages(images: readonly LabelledImage[], baseLevels: number): PlacedLabels[] {
  const placed = images.flatMap((labelled): PlacedLabels[] => {
    const { facts, segments } = labelled.image;
    if (!facts) return [];
    const file = segments.slice(baseLevels).join('/');
    return [{ labelled, facts, file, path: normalName(file) }];
  });
  return placed.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Names that are one name on systems that ignore case or the composition of letters: the later ones can't be kept. */
function reportCollisions(scan: Scan, images: readonly PlacedLabels[]): Set<PlacedLabels> {
  const collided = new Set<PlacedLabels>();
  const byFold = new Map<string, PlacedLabels>();
  for (const image of images) {
    const fold = foldName(image.path);
    const other = byFold.get(fold);
    if (!other) {
      byFold.set(fold, image);
      continue;
    }
    collided.add(image);
    const { sourcePath } = image.labelled.image;
    const kind = { en: 'file', ko: '파일' };
    const named = `"${other.labelled.image.sourcePath}"`;
    scan.errors.add(makeProblem('CASE_COLLISION', sourcePath, { kind, other: named }));
  }
  return collided;
}

function accept(
  { labelled, facts, path, file }: PlacedLabels,
  { classes, line }: ImageObjects,
): AcceptedImage & ImageContent {
  const { sourcePath } = labelled.image;
  const indexes = [...classes.keys()].sort((one, other) => one - other);
  const objects = { bytes: line.length, classes: indexes };
  return { ...facts, sourcePath, file, path, class: null, split: labelled.split, objects };
}

/** What is labelled in some images. */
class LabelSum {
  private readonly names: readonly string[];
  private readonly perClass: Float64Array;
  private readonly counts = { boxes: 0, masks: 0, background: 0, crowds: 0, difficult: 0 };
  private readonly sizes = { small: 0, medium: 0, large: 0 };
  private readonly perSplit = { train: 0, val: 0, test: 0 };

  constructor(names: readonly string[]) {
    this.names = names;
    this.perClass = new Float64Array(names.length);
  }

  add({ image, counts: own, classes, isEmpty }: ImageObjects): void {
    const { counts, sizes } = this;
    counts.boxes += own.objects;
    counts.masks += own.masks;
    counts.crowds += own.crowds;
    counts.difficult += own.difficult;
    if (isEmpty) counts.background += 1;
    for (const size of ['small', 'medium', 'large'] as const) sizes[size] += own[size];
    for (const [index, count] of classes) (this.perClass[index] as number) += count;
    if (image.split !== null) this.perSplit[image.split] += 1;
  }

  result(): Labelled {
    const classes = this.names.map((name, index) => ({ name, count: this.perClass[index] ?? 0 }));
    const splits = Object.fromEntries(Object.entries(this.perSplit).filter(([, images]) => images > 0));
    return { ...this.counts, sizes: this.sizes, classes, splits };
  }
}
