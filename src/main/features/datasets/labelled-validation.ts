import type { DatasetFormat, Validation } from '../../../shared/contract/datasets.ts';
import type { LabelSpool } from './formats/label-spool.ts';
import type { LabelledImage, LabelReader } from './formats/labelled-set.ts';
import { objectsOf } from './formats/objects.ts';
import type { Tally } from './formats/tally.ts';
import { makeProblem } from './problems.ts';
import type { Scan } from './scan.ts';
import { report } from './validation.ts';

/** Judges what a scan and a label reader saw of a labelled dataset. */
export function evaluateLabelled(
  scan: Scan,
  format: DatasetFormat,
  {
    labels,
    spool,
    tally,
  }: { readonly labels: LabelReader; readonly spool: LabelSpool; readonly tally: Tally },
): Validation {
  const set = labels.finish(scan.images, scan.folders);
  const images = set.images
    .filter(({ image }) => image.facts !== null)
    .sort((one, other) => (one.image.sourcePath < other.image.sourcePath ? -1 : 1));
  for (const { image } of set.images) {
    for (const problem of image.problems) scan.errors.add(problem);
    if (image.facts?.damage)
      scan.warnings.add(makeProblem('IMAGE_DAMAGED', image.sourcePath, { why: image.facts.damage }));
  }
  const perClass = new Int32Array(set.classes.length);
  const counts = { boxes: 0, masks: 0, background: 0, crowds: 0, difficult: 0 };
  for (const { counts: own, text } of objectsOf({ ...set, images }, spool, tally, perClass)) {
    counts.boxes += own.objects;
    counts.masks += own.masks;
    counts.crowds += own.crowds;
    counts.difficult += own.difficult;
    if (text === '[]') counts.background += 1;
  }
  tally.finish();
  const facts = images.flatMap(({ image }) => image.facts ?? []);
  const validation = report(format, scan.errors, scan.warnings, facts);
  const classes = set.classes.map((name, index) => ({ name, count: perClass[index] ?? 0 }));
  const summary = { ...validation.summary, ...counts, classes, splits: splitsOf(images) };
  return { ...validation, summary };
}

function splitsOf(images: readonly LabelledImage[]) {
  return (['train', 'val', 'test'] as const)
    .map((name) => ({ name, images: images.filter(({ split }) => split === name).length }))
    .filter((split) => split.images > 0);
}
