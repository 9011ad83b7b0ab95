import { tmpdir } from 'node:os';
import sharp from 'sharp';
import { CocoReader } from '../../../../../src/main/features/datasets/formats/coco/coco.ts';
import { LabelSpool } from '../../../../../src/main/features/datasets/formats/label-spool.ts';
import type { LabelReader } from '../../../../../src/main/features/datasets/formats/labelled-set.ts';
import { objectsOf } from '../../../../../src/main/features/datasets/formats/objects.ts';
import { Tally } from '../../../../../src/main/features/datasets/formats/tally.ts';
import { VocReader } from '../../../../../src/main/features/datasets/formats/voc/voc.ts';
import { YoloReader } from '../../../../../src/main/features/datasets/formats/yolo/yolo.ts';
import { ImageFault } from '../../../../../src/main/features/datasets/images.ts';
import { defaultLimits } from '../../../../../src/main/features/datasets/limits.ts';
import { readMaskPixels } from '../../../../../src/main/features/datasets/pixels/mask-pixels.ts';
import { sharpImageReader } from '../../../../../src/main/features/datasets/pixels/sharp-image-reader.ts';
import { Findings, type Problem } from '../../../../../src/main/features/datasets/problems.ts';
import { scanSource } from '../../../../../src/main/features/datasets/scan.ts';
import type { DatasetSource, SourceEntry } from '../../../../../src/main/features/datasets/source.ts';

export type Format = 'coco' | 'yolo' | 'voc';
/** The files of a dataset by their paths, in the order in which its source gives them. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** An object as a version's annotations have it. */
export interface ReadObject {
  readonly class?: number;
  readonly box?: readonly number[];
  readonly mask?: readonly (readonly number[])[] | { readonly size: number[]; readonly counts: unknown };
  readonly crowd?: boolean;
  readonly difficult?: boolean;
  readonly region?: boolean;
  readonly ignored?: boolean;
}

export interface ReadSet {
  /** As `CODE path:line`. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
  readonly classes: readonly string[];
  /** Objects by the path of their image, and the split of each. */
  readonly objects: Readonly<Record<string, readonly ReadObject[]>>;
  readonly splits: Readonly<Record<string, string | null>>;
  readonly isFatal: boolean;
}

const smallChunk = 1000;

/** A source whose files lie in memory. */
export function memorySource(files: Files): DatasetSource {
  return {
    kind: 'folder',
    path: '/memory',
    name: 'memory',
    count: async () => Object.keys(files).length,
    async *entries(): AsyncGenerator<SourceEntry> {
      for (const [path, body] of Object.entries(files)) {
        const bytes = Buffer.from(body as string);
        yield {
          kind: 'file',
          path,
          read: async (limit) => ({
            bytes: bytes.subarray(0, limit),
            complete: bytes.length <= limit,
            modifiedMs: null,
          }),
          // A piece holds until the next is asked for, as those of a folder's files.
          chunks: async function* () {
            const chunk = Buffer.alloc(smallChunk);
            for (let at = 0; at < bytes.length; at += smallChunk)
              yield chunk.subarray(0, bytes.copy(chunk, 0, at, at + smallChunk));
          },
        };
      }
    },
  };
}

function readerOf(format: Format, spool: LabelSpool, tally: Tally): LabelReader {
  if (format === 'coco') return new CocoReader(spool, tally);
  if (format === 'yolo') return new YoloReader(spool, tally);
  return new VocReader(spool, tally, (bytes) =>
    readMaskPixels(bytes, defaultLimits.maxPixels).catch((error: unknown) => {
      if (error instanceof ImageFault) return error;
      throw error;
    }),
  );
}

/** Reads a dataset that lies in memory: what is said of it, and the objects of its images. */
export async function readSet(format: Format, files: Files): Promise<ReadSet> {
  const findings = { errors: new Findings(), warnings: new Findings() };
  const tally = new Tally(findings.errors, findings.warnings);
  await using spool = new LabelSpool(tmpdir());
  const labels = readerOf(format, spool, tally);
  const scan = await scanSource(memorySource(files), {
    reader: sharpImageReader,
    limits: defaultLimits,
    labels,
    findings,
  });
  const set = labels.finish(scan.images, scan.folders);
  const objects: Record<string, readonly ReadObject[]> = {};
  const splits: Record<string, string | null> = {};
  for (const { image, line } of objectsOf(set, spool, tally)) {
    const { sourcePath } = image.image;
    objects[sourcePath] = JSON.parse(Buffer.from(line).toString()) as ReadObject[];
    splits[sourcePath] = image.split;
  }
  tally.finish();
  const errors = findings.errors.report().problems;
  const warnings = findings.warnings.report().problems;
  const shown = (problems: readonly Problem[]) =>
    problems.map(({ code, path, line }) => `${code} ${path}${line === undefined ? '' : `:${line}`}`).sort();
  return {
    errors: shown(errors),
    warnings: shown(warnings),
    problems: [...errors, ...warnings],
    classes: set.classes,
    objects,
    splits,
    isFatal: set.isFatal,
  };
}

const pictures = new Map<string, Buffer>();

/** A PNG of one colour, 64 × 48 where nothing else is said. */
export async function png(width = 64, height = 48): Promise<Buffer> {
  const key = `${width} ${height}`;
  const known = pictures.get(key);
  if (known) return known;
  const made = await sharp({ create: { width, height, channels: 3, background: { r: 90, g: 120, b: 60 } } })
    .png()
    .toBuffer();
  pictures.set(key, made);
  return made;
}

/** One of the problems of a set by its code. */
export function problemOf(set: ReadSet, code: string): Problem {
  const problem = set.problems.find((each) => each.code === code);
  if (!problem)
    throw new Error(`there is no ${code} among ${set.problems.map((each) => each.code).join(', ')}`);
  return problem;
}
