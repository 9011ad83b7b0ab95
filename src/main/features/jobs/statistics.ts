import { z } from 'zod';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import type { DatasetStatistics } from '../../../shared/model/job-results.ts';
import type { Db } from '../../postgres/db.ts';
import type { DatasetFiles } from '../datasets/dataset-files.ts';
import { requireVersion } from '../datasets/dataset-rows.ts';
import { imageUnreadable } from '../datasets/image-views.ts';
import { classesOf, manifestKey, whiteFor } from '../datasets/manifest.ts';
import type { JobKind } from './job-claims.ts';

/** Sums over the pixels of an image as 8-bit red, green and blue: whole numbers. */
export interface PixelSums {
  readonly pixels: number;
  readonly sums: readonly [number, number, number];
  readonly squares: readonly [number, number, number];
}

/** @param white the value of white of a 16-bit image; null for one of 8 bits @throws ImageFault */
export type SumPixels = (bytes: Buffer, white: number | null) => Promise<PixelSums>;

const argumentsSchema = z.object({ datasetId: z.uuid(), version: z.int().min(1) });
const count = z.int().min(0);
const three = z.tuple([count, count, count]);

/** Whole numbers only: sums do not depend on the order or on who adds. */
const handedInSchema = z.object({
  pixels: z.int().min(1),
  sums: three,
  squares: three,
  sizes: z.array(z.object({ width: z.int().min(1), height: z.int().min(1), images: z.int().min(1) })),
  classes: z.array(z.object({ name: z.string(), images: z.int().min(1) })),
});
type HandedIn = z.infer<typeof handedInSchema>;

const atOnce = 8;

/** `dataset.statistics`: what a version's images are like. */
export function createStatisticsJob(parts: {
  readonly db: Db;
  readonly files: DatasetFiles;
  readonly sumPixels: SumPixels;
}): JobKind {
  const { db, files, sumPixels } = parts;

  async function plan(args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { datasetId, version } = argumentsSchema.parse(args);
    const { manifestSha256 } = await requireVersion(db, { id: datasetId }, version);
    return { bucket: 'datasets', manifest: manifestKey(datasetId, version), manifestSha256 };
  }

  async function run(args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<HandedIn> {
    const { datasetId, version } = argumentsSchema.parse(args);
    const record = await requireVersion(db, { id: datasetId }, version);
    const { lines, white } = await files.load(datasetId, record);
    const total = { pixels: 0, sums: [0, 0, 0] as Three, squares: [0, 0, 0] as Three };
    const sizes = new Map<string, HandedIn['sizes'][number]>();
    const classes = new Map<string, number>();
    await forEachConcurrently(lines, atOnce, async (line) => {
      signal.throwIfAborted();
      const bytes = await files.readImage(record, line);
      const image = await sumPixels(bytes, whiteFor(line, white)).catch(imageUnreadable(line.path));
      total.pixels += image.pixels;
      add(total.sums, image.sums);
      add(total.squares, image.squares);
      const { width, height } = line;
      const size = `${width}x${height}`;
      sizes.set(size, { width, height, images: (sizes.get(size)?.images ?? 0) + 1 });
      for (const name of classesOf(line, record.classes)) classes.set(name, (classes.get(name) ?? 0) + 1);
    });
    return {
      ...total,
      sizes: [...sizes.values()],
      classes: [...classes].map(([name, images]) => ({ name, images })),
    };
  }

  function conclude(args: Readonly<Record<string, unknown>>, handedIn: unknown) {
    const { datasetId, version } = argumentsSchema.parse(args);
    const value = statisticsOf(handedInSchema.parse(handedIn));
    return { status: 'done' as const, result: value, statistics: { datasetId, version, value } };
  }

  return { name: 'dataset.statistics', plan, run, conclude };
}

type Three = [number, number, number];

function add(total: Three, further: readonly [number, number, number]): void {
  for (const channel of [0, 1, 2] as const) total[channel] += further[channel];
}

/** Mean and standard deviation (of the whole, not of a sample) from the sums. */
function statisticsOf({ pixels, sums, squares, sizes, classes }: HandedIn): DatasetStatistics {
  const images = sizes.reduce((sum, each) => sum + each.images, 0);
  const each = (of: (channel: 0 | 1 | 2) => number): Three => [of(0), of(1), of(2)];
  const counts = classes.map((one) => one.images);
  return {
    images,
    pixels,
    mean: each((channel) => sums[channel] / pixels / 255),
    std: each((channel) => {
      const mean = sums[channel] / pixels;
      return Math.sqrt(Math.max(0, squares[channel] / pixels - mean * mean)) / 255;
    }),
    sizes: sizes.toSorted(
      (left, right) => right.images - left.images || left.width - right.width || left.height - right.height,
    ),
    classes: classes
      .map((one) => ({ ...one, share: one.images / images }))
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
    imbalance: counts.length === 0 ? 1 : Math.max(...counts) / Math.min(...counts),
  };
}
