import { z } from 'zod';

/** docs/builtin-trainer.md and docs/torch-trainer.md: what trainers of ours write, as far as it is shown; another's may be anything. */
export const confusionSchema = z
  .object({
    format: z.literal('trainyard/confusion-matrix'),
    split: z.string(),
    classes: z.array(z.string()),
    /** A detector's last row and column are of what is no object. */
    background: z.boolean().optional(),
    /** What is counted, where it is not images or objects. */
    unit: z.string().optional(),
    matrix: z.array(z.array(z.number().min(0))),
  })
  .refine(
    ({ classes, matrix }) => [matrix, ...matrix].every((cells) => cells.length === classes.length),
    'not as many rows and columns as classes',
  )
  .transform(({ split, classes, background, unit, matrix }): Confusion => {
    const isOfPixels = unit === 'pixels';
    const isFirst = isOfPixels && classes[0] === 'background';
    return {
      ...{ split, matrix },
      names: classes,
      background: background ? classes.length - 1 : isFirst ? 0 : null,
      isOfObjects: background ?? false,
      isOfPixels,
      sums: matrix.map((row) => row.reduce((sum, count) => sum + count, 0)),
    };
  });

/** What was taken for what. */
export interface Confusion {
  readonly split: string;
  readonly names: readonly string[];
  /** Counts by what a thing is, then by what it was taken for. */
  readonly matrix: readonly (readonly number[])[];
  /** The place of what is no class; null where there is none. */
  readonly background: number | null;
  readonly isOfObjects: boolean;
  readonly isOfPixels: boolean;
  /** How much there is of each class. */
  readonly sums: readonly number[];
}

interface Confused {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** Of all that is of the class. */
  readonly share: number;
}

/** The mistakes that were made most often, at most so many. */
export function mostConfused({ matrix, sums }: Confusion, most: number): readonly Confused[] {
  const found: Confused[] = [];
  for (const [truth, row] of matrix.entries()) {
    for (const [predicted, count] of row.entries()) {
      if (truth !== predicted && count > 0)
        found.push({ truth, predicted, count, share: count / (sums[truth] ?? 1) });
    }
  }
  return found.sort((a, b) => b.count - a.count).slice(0, most);
}
