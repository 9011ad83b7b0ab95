import { z } from 'zod';

export const classCount = z.object({ name: z.string(), count: z.int() });
export type ClassCount = z.infer<typeof classCount>;
export const splitNames = z.enum(['train', 'val', 'test']);
/** Images by split. */
export const splitCounts = z.partialRecord(splitNames, z.int());
export type SplitCounts = z.infer<typeof splitCounts>;
/** Areas of boxes in COCO's classes: below 32², below 96², and from there on, in pixels. */
const boxSizes = z.object({ small: z.int(), medium: z.int(), large: z.int() });
/** What is labelled in a version's images, beside its classes. */
export const labelCounts = z.object({
  /** Boxes of objects, without crowds. */
  boxes: z.int(),
  masks: z.int(),
  /** Images without objects. */
  background: z.int(),
  crowds: z.int(),
  difficult: z.int(),
  sizes: boxSizes,
});
export type LabelCounts = z.infer<typeof labelCounts>;

/** What is labelled in an image. */
export const imageObject = z.object({
  /** Index in the version's classes; null for an area that is left out of training. */
  class: z.int().nullable(),
  /** Left, top, width and height in pixels of the upright image; null where only pixels are labelled. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullable(),
  /** Polygons (`x, y` after `x, y`), or COCO's run lengths with their `[height, width]`: those of the image, but coarser in a list of images. */
  mask: z
    .union([
      z.array(z.array(z.number())),
      z.object({
        counts: z.union([z.string(), z.array(z.number())]),
        size: z.tuple([z.number(), z.number()]),
      }),
    ])
    .nullable(),
  /** Several objects in one box. */
  crowd: z.boolean(),
  difficult: z.boolean(),
});
export type ImageObject = z.infer<typeof imageObject>;
