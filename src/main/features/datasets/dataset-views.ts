import type { z } from 'zod';
import type { Dataset, datasetImageSchema, datasetVersionSchema } from '../../../shared/contract/datasets.ts';
import { type importProgressSchema, isOver } from '../../../shared/contract/file-progress.ts';
import type { ProgressState } from './file-progress.ts';
import { imageUrl } from './image-views.ts';
import type { ManifestLine } from './manifest.ts';
import type { DatasetRecord, DatasetVersionRecord, ImportRecord } from './ports.ts';
import type { Problem } from './problems.ts';

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

export function showDataset(record: DatasetRecord, stateOf: StateOf): Dataset {
  const { newest, lastImport } = record;
  return {
    id: record.id,
    name: record.name,
    description: record.description,
    format: record.format,
    status: record.status,
    version: newest?.version ?? null,
    mode: newest?.mode ?? null,
    storagePath: record.storagePath,
    images: newest?.images ?? 0,
    sizeBytes: newest?.sizeBytes ?? 0,
    classes: [...(newest?.classes ?? [])],
    projects: [...record.projects],
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
    import: lastImport && showProgress(lastImport, stateOf),
  };
}

export function showVersion(
  record: DatasetVersionRecord,
  found: { readonly trainingRisks: readonly Problem[]; readonly correctedSizes: number | null },
): z.infer<typeof datasetVersionSchema> {
  const { createdAt, classes, ...rest } = record;
  return {
    ...rest,
    classes: [...classes],
    createdAt: createdAt.toISOString(),
    trainingRisks: [...found.trainingRisks],
    correctedSizes: found.correctedSizes,
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
    path,
    class: line.class,
    sha256,
    size,
    width,
    height,
    channels,
    thumbnailUrl: imageUrl(datasetId, version, sha256, thumbnailPixels),
    url: imageUrl(datasetId, version, sha256),
  };
}
