import type { z } from 'zod';
import type { Dataset, datasetImageSchema } from '../../../shared/contract/datasets.ts';
import { type importProgressSchema, isOver } from '../../../shared/contract/file-progress.ts';
import type { DatasetRecord, ImportRecord } from './dataset-rows.ts';
import type { ProgressState } from './file-progress.ts';
import { imageUrl } from './image-views.ts';
import type { ManifestLine } from './manifest.ts';

type StateOf = (importId: string) => ProgressState | null;

/** What the rows say of an import, or what this engine knows better because it works at it. */
export function showProgress(record: ImportRecord, stateOf: StateOf): z.infer<typeof importProgressSchema> {
  const { id, phase, done, total, error } = record;
  return {
    id,
    phase,
    done,
    total,
    rate: null,
    secondsLeft: null,
    error,
    ...(isOver(phase) ? {} : stateOf(id)),
  };
}

export function showDataset({ newest, lastImport, ...record }: DatasetRecord, stateOf: StateOf): Dataset {
  return {
    ...record,
    version: newest?.version ?? null,
    mode: newest?.mode ?? null,
    images: newest?.images ?? 0,
    sizeBytes: newest?.sizeBytes ?? 0,
    classes: newest?.classes ?? [],
    import: lastImport && showProgress(lastImport, stateOf),
  };
}

const thumbnailPixels = 128;

export function showImage(
  datasetId: string,
  version: number,
  line: ManifestLine,
): z.infer<typeof datasetImageSchema> {
  const { path, sha256, size, width, height, channels } = line;
  return {
    ...{ path, class: line.class, sha256, size, width, height, channels },
    thumbnailUrl: imageUrl(datasetId, version, sha256, thumbnailPixels),
    url: imageUrl(datasetId, version, sha256),
  };
}
