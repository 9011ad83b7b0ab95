import { z } from 'zod';

const ratio = z.number().nullable().optional();

const measured = { precision: ratio, recall: ratio, f1: ratio, map50: ratio, map50_95: ratio, iou: ratio };

/** docs/builtin-trainer.md and docs/torch-trainer.md: which of the measures there are differs from task to task. */
export const perClassSchema = z.object({
  format: z.literal('trainyard/per-class'),
  split: z.string(),
  images: z.number(),
  /** What is counted, where it is not images or objects. */
  unit: z.string().optional(),
  macro: z.object(measured).optional(),
  map50: ratio,
  map50_95: ratio,
  miou: ratio,
  classes: z
    .array(z.object({ name: z.string(), support: z.number(), ...measured }))
    // Two classes of somebody's file may have one name.
    .transform((rows) => rows.map((row, place) => ({ ...row, place }))),
});
export type PerClass = z.infer<typeof perClassSchema>;

/** What a class can be measured by; what a task is judged by stands first. */
const measures = ['map50_95', 'map50', 'iou', 'recall', 'precision', 'f1'] as const;
export type Measure = (typeof measures)[number];

/** Those that the file has. */
export const measuresOf = ({ classes }: PerClass): readonly Measure[] =>
  measures.filter((name) => classes.some((row) => typeof row[name] === 'number'));

/** What is counted as a class's support. */
export function supportOf({ unit, classes }: PerClass): 'images' | 'objects' | 'pixels' {
  if (unit === 'pixels') return 'pixels';
  return classes.some(({ map50 }) => map50 !== undefined) ? 'objects' : 'images';
}

/** Whether a row is no class of the dataset, but what lies around all of them: in reports of pixels it stands first in the file. */
export const isBackground = ({ unit }: PerClass, row: PerClass['classes'][number]) =>
  unit === 'pixels' && row.place === 0 && row.name === 'background';

/** The mean over the classes. */
export function meanOf(data: PerClass, measure: Measure): number | null {
  const { macro, miou } = data;
  if (measure === 'iou') return miou ?? null;
  return (measure === 'map50' || measure === 'map50_95' ? data[measure] : macro?.[measure]) ?? null;
}
