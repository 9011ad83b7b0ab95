import { z } from 'zod';

const share = z.number().min(0).max(1);

interface Curve {
  readonly name: string;
  /** The class's place in the file. */
  readonly place: number;
  readonly averagePrecision: number | null;
  /** Points in the order of recall, one for each. */
  readonly points: readonly Point[];
}

interface Point {
  readonly recall: number;
  readonly precision: number;
}

/** docs/torch-trainer.md, "Artifacts": precision over recall. */
export const curvesSchema = z
  .object({
    format: z.literal('trainyard/pr-curves'),
    split: z.string(),
    /** From which overlap on a box counts as found; of detection. */
    overlap: share.optional(),
    classes: z.array(
      z.object({
        name: z.string(),
        averagePrecision: share.nullable(),
        recall: z.array(share),
        precision: z.array(share),
      }),
    ),
  })
  .transform(({ split, overlap, classes }) => ({
    ...{ split, overlap: overlap ?? null },
    curves: classes.map(
      ({ name, averagePrecision, recall, precision }, place): Curve => ({
        ...{ name, place, averagePrecision },
        points: inOrder(recall, precision),
      }),
    ),
  }));
export type Curves = z.infer<typeof curvesSchema>;

/** By recall; of several thresholds with the same recall the best counts. */
function inOrder(recalls: readonly number[], precisions: readonly number[]): readonly Point[] {
  const best = new Map<number, number>();
  for (const [at, recall] of recalls.entries()) {
    best.set(recall, Math.max(best.get(recall) ?? 0, precisions[at] ?? 0));
  }
  return [...best].map(([recall, precision]) => ({ recall, precision })).sort((a, b) => a.recall - b.recall);
}

const meanPlaces = 101;

/** The mean of the classes that have a curve, each as COCO reads it: with the best precision at this recall or beyond. */
export function meanCurve(curves: readonly Curve[]): readonly Point[] {
  const drawn = curves.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return [];
  const ceilings = drawn.map(({ points }) => {
    let best = 0;
    return points
      .toReversed()
      .map(({ recall, precision }) => {
        best = Math.max(best, precision);
        return { recall, precision: best };
      })
      .reverse();
  });
  const places = Array.from({ length: meanPlaces }, (_, at) => at / (meanPlaces - 1));
  return places.map((recall) => {
    const sum = ceilings.reduce(
      (total, points) => total + (points.find((point) => point.recall >= recall - 1e-9)?.precision ?? 0),
      0,
    );
    return { recall, precision: sum / drawn.length };
  });
}
