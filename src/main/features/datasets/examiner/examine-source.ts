import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Reading } from '../../../../shared/contract/dataset-reading.ts';
import type { DatasetFormat } from '../../../../shared/contract/datasets.ts';
import { aboutFile, isDiskRefusal } from '../../../platform/error-code.ts';
import {
  annotationsFile,
  type Examination,
  type ExaminationRequest,
  type ExaminationWatch,
} from '../examination.ts';
import { AnnotationsFile } from '../formats/annotations-file.ts';
import { CocoReader } from '../formats/coco/coco.ts';
import { recogniseFormat } from '../formats/format-marks.ts';
import { LabelSpool } from '../formats/label-spool.ts';
import type { LabelReader } from '../formats/labelled-set.ts';
import { evaluateLabelled } from '../formats/labelled-validation.ts';
import { Tally } from '../formats/tally.ts';
import { VocReader } from '../formats/voc/voc.ts';
import { YoloReader } from '../formats/yolo/yolo.ts';
import { ImageFault } from '../images.ts';
import { readMaskPixels } from '../pixels/mask-pixels.ts';
import { Findings } from '../problems.ts';
import { type ScanOptions, scanSource } from '../scan.ts';
import type { DatasetSource } from '../source.ts';
import { evaluate } from '../validation.ts';

/** Counts the files of a source, looks at every one, and judges the whole; in this thread. */
export async function examineSource(
  source: DatasetSource,
  request: Pick<ExaminationRequest, 'format' | 'reading' | 'scratch'>,
  { signal, onProgress, ...options }: ExaminationWatch & Pick<ScanOptions, 'reader' | 'limits'>,
): Promise<Examination> {
  onProgress('counting', 0, null);
  const total = await source.count((found) => onProgress('counting', found, null), signal);
  signal.throwIfAborted();
  const { format, recognised } =
    request.format === 'auto'
      ? await recogniseFormat(
          source,
          options.limits.maxDepth,
          (found) => onProgress('counting', found, null),
          signal,
        )
      : { format: request.format, recognised: null };
  onProgress('validating', 0, total);
  const watched = { ...options, signal, onProgress: (done: number) => onProgress('validating', done, total) };
  const examined =
    format === 'imagenet'
      ? await examineFolders(source, request.reading, watched)
      : await examineLabelled(source, format, request.scratch, watched);
  const { validation } = examined;
  return { ...examined, validation: { ...validation, summary: { ...validation.summary, recognised } } };
}

async function examineFolders(
  source: DatasetSource,
  reading: Reading,
  options: ScanOptions,
): Promise<Examination> {
  const scan = await scanSource(source, options);
  const { validation, accepted, layout, isFatal } = evaluate(scan, 'imagenet', reading);
  return { validation, accepted, base: layout.base, annotations: null, isFatal };
}

async function examineLabelled(
  source: DatasetSource,
  format: Exclude<DatasetFormat, 'imagenet'>,
  scratch: string | null,
  options: ScanOptions,
): Promise<Examination> {
  const findings = { errors: new Findings(), warnings: new Findings() };
  const tally = new Tally(findings.errors, findings.warnings);
  const folder = scratch ?? tmpdir();
  try {
    await using spool = new LabelSpool(folder);
    const labels = readerOf(format, spool, tally, options.limits.maxPixels);
    const scan = await scanSource(source, { ...options, labels, findings });
    using file = new AnnotationsFile(scratch && path.join(scratch, annotationsFile));
    return evaluateLabelled(scan, format, { labels, spool, tally }, file);
  } catch (error) {
    // What is written by a descriptor does not say where.
    throw isDiskRefusal(error) && !('path' in error) ? aboutFile(folder, error) : error;
  }
}

function readerOf(
  format: Exclude<DatasetFormat, 'imagenet'>,
  spool: LabelSpool,
  tally: Tally,
  maxPixels: number,
): LabelReader {
  switch (format) {
    case 'coco':
      return new CocoReader(spool, tally);
    case 'yolo':
      return new YoloReader(spool, tally);
    case 'pascal_voc':
      return new VocReader(spool, tally, (bytes) =>
        readMaskPixels(bytes, maxPixels).catch((error: unknown) => {
          if (error instanceof ImageFault) return error;
          throw error;
        }),
      );
  }
}
