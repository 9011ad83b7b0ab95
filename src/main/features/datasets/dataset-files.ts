import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ClassCount, ImageObject } from '../../../shared/contract/dataset-labels.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { hashing } from '../../platform/sha256.ts';
import type { Db } from '../../postgres/db.ts';
import type { LocalObjects } from '../../stores/objects/ports.ts';
import { type DatasetVersionRecord, requireVersion } from './dataset-rows.ts';
import { readObjects, startsOfLines } from './image-objects.ts';
import {
  annotationsKey,
  classesOf,
  type ManifestLine,
  manifestKey,
  parseManifest,
  timesKey,
  whiteOf,
} from './manifest.ts';
import { listed, type Problem } from './problems.ts';
import type { OpenSource } from './source.ts';
import { type ImageBytes, openBytes, turnedLines, withUprightSizes } from './upright-sizes.ts';
import { hashUnlessGone, verifyFiles } from './verification.ts';
import { WeightedCache } from './weighted-cache.ts';

export interface PreparedDataset {
  readonly datasetId: string;
  readonly datasetVersion: number;
  /** The absolute folder that each line's `file` is relative to. */
  readonly root: string;
  /** In the order of their indexes. */
  readonly classes: readonly ClassCount[];
  readonly images: number;
  /** The lines of `dataset.jsonl`, sorted by `path`. */
  readonly lines: readonly ManifestLine[];
  /**
   * Opens `annotations.jsonl`, whose stream fails where its hash is another one; null for a version whose images have classes.
   * @throws TrainyardError OBJECT_NOT_FOUND, MANIFEST_DAMAGED
   */
  readonly openAnnotations: (() => Promise<Readable>) | null;
}

/** What a run needs of datasets. */
export type TrainingData = Pick<DatasetFiles, 'prepareForTraining'>;

/** A version's manifest with the ways that it is looked into. */
export interface LoadedManifest {
  /** Sorted by path. */
  readonly lines: readonly ManifestLine[];
  /** Of labelled images those that show an object of the class. */
  readonly byClass: ReadonlyMap<string, readonly ManifestLine[]>;
  readonly bySha256: ReadonlyMap<string, ManifestLine>;
  /** The value of white of its 16-bit images; null if it has none. */
  readonly white: number | null;
  /** See {@link startsOfLines}. */
  readonly starts: ReadonlyMap<ManifestLine, number>;
}

/** About 400 MB when full. */
const mostLines = 1_000_000;

const atOnce = 16;

/** The manifests and bytes of versions, wherever they lie: as blobs in the object store, or in the folder that they were left in. */
export class DatasetFiles {
  private readonly parts;
  /** Read once, and kept as long as there is room, for a version never changes. */
  private readonly manifests = new WeightedCache<LoadedManifest>(mostLines, ({ lines }) => lines.length);

  constructor(parts: ImageBytes & { readonly db: Db; readonly local: LocalObjects }) {
    this.parts = parts;
  }

  /** A version's manifest. @throws TrainyardError MANIFEST_DAMAGED, OBJECT_NOT_FOUND */
  load(datasetId: string, version: DatasetVersionRecord): Promise<LoadedManifest> {
    const key = manifestKey(datasetId, version.version);
    return this.manifests.get(key, async () => {
      const bytes = await this.parts.store.get('datasets', key);
      const stored = await parseManifest(bytes, version.manifestSha256);
      const lines = await withUprightSizes(this.parts, datasetId, version, stored);
      const byClass = groupByClass(lines, version.classes);
      const bySha256 = new Map(lines.map((line) => [line.sha256, line]));
      return {
        lines,
        byClass,
        bySha256,
        white: whiteOf(lines.map(({ maxValue }) => maxValue)),
        starts: startsOfLines(lines),
      };
    });
  }

  /** How many images have another size than the manifest says; null for an older version that nobody has used since. */
  async correctedSizes(datasetId: string, version: number): Promise<number | null> {
    return (await turnedLines(this.parts.store, datasetId, version))?.length ?? null;
  }

  /**
   * The files of one version, checked to be there and unchanged (by size and time, by hash in case of doubt).
   * @throws TrainyardError DATASET_VERSION_NOT_FOUND, DATASET_CHANGED (names the files)
   */
  async prepareForTraining(datasetId: string, versionNumber: number): Promise<PreparedDataset> {
    const version = await requireVersion(this.parts.db, { id: datasetId }, versionNumber);
    const { lines } = await this.load(datasetId, version);
    const root = version.rootPath ?? (await this.localRoot(version, lines));
    if (version.mode !== 'copy') await this.checkUnchanged(datasetId, version, root, lines);
    return {
      datasetId,
      datasetVersion: version.version,
      root,
      classes: version.classes,
      images: lines.length,
      lines,
      openAnnotations:
        version.annotationsSha256 === null ? null : () => this.openAnnotations(datasetId, version),
    };
  }

  /** For a version whose files lie where they were: whether they are still the same. @throws TrainyardError DATASET_CHANGED (names the files) */
  async checkInPlace(datasetId: string, version: DatasetVersionRecord): Promise<void> {
    if (version.rootPath === null) return;
    const { lines } = await this.load(datasetId, version);
    await this.checkUnchanged(datasetId, version, version.rootPath, lines);
  }

  /** As {@link readObjects}. @throws TrainyardError OBJECT_NOT_FOUND, MANIFEST_DAMAGED */
  async objectsOf(
    datasetId: string,
    version: DatasetVersionRecord,
    lines: readonly ManifestLine[],
    limit: { readonly most?: number } = {},
  ): Promise<(readonly ImageObject[] | null)[]> {
    const { starts } = await this.load(datasetId, version);
    return readObjects(this.parts.store, { datasetId, version: version.version }, starts, lines, limit);
  }

  /** An image's bytes as they are now. @throws TrainyardError OBJECT_NOT_FOUND, FILE_NOT_FOUND */
  openImage(version: DatasetVersionRecord, line: ManifestLine): Promise<Readable> {
    return openBytes(this.parts, version, line);
  }

  /** An image's bytes. @throws TrainyardError DATASET_CHANGED if they are not those of the manifest any more */
  async readImage(version: DatasetVersionRecord, line: ManifestLine): Promise<Buffer> {
    const bytes = await buffer(await openBytes(this.parts, version, line));
    if (version.mode !== 'copy' && hash('sha256', bytes) !== line.sha256) {
      throw datasetChanged(version.version, [], [line.path]);
    }
    return bytes;
  }

  /**
   * Reads every file of a version and compares it with the manifest, and the file of its labels with its hash; of a folder in place also
   * what came into it since.
   * @throws TrainyardError MANIFEST_DAMAGED, OBJECT_NOT_FOUND
   */
  async verify(
    datasetId: string,
    version: DatasetVersionRecord,
    open: OpenSource,
  ): Promise<{ ok: boolean; problems: Problem[] }> {
    return verifyFiles(
      this.parts,
      { datasetId, version, lines: (await this.load(datasetId, version)).lines },
      open,
    );
  }

  private async openAnnotations(datasetId: string, version: DatasetVersionRecord): Promise<Readable> {
    const stored = await this.parts.store.get('datasets', annotationsKey(datasetId, version.version));
    return hashing(stored, (sha256) => {
      if (sha256 !== version.annotationsSha256) throw fault('MANIFEST_DAMAGED', {});
    });
  }

  private async localRoot(version: DatasetVersionRecord, lines: readonly ManifestLine[]): Promise<string> {
    const { local, store } = this.parts;
    const keys = new Set(lines.map((line) => line.file));
    try {
      return await local.materialize('datasets', keys);
    } catch (error) {
      if (!(error instanceof TrainyardError && error.code === 'OBJECT_NOT_FOUND')) throw error;
      const missing: string[] = [];
      await forEachConcurrently(lines, atOnce, async (line) => {
        if (!(await store.head('datasets', line.file))) missing.push(line.path);
      });
      throw datasetChanged(version.version, missing.sort(), []);
    }
  }

  /** Size and time decide in most cases; if they differ from what was kept, the hash decides. */
  private async checkUnchanged(
    datasetId: string,
    version: DatasetVersionRecord,
    root: string,
    lines: readonly ManifestLine[],
  ): Promise<void> {
    const { rooted, store } = this.parts;
    const kept = await buffer(await store.get('datasets', timesKey(datasetId, version.version)));
    const times: readonly (number | null)[] = JSON.parse(kept.toString());
    const missing: string[] = [];
    const changed: string[] = [];
    await forEachConcurrently(lines.entries(), atOnce, async ([index, line]) => {
      const found = await rooted.stat(root, line.file);
      if (!found) missing.push(line.path);
      else if (found.size !== line.size) changed.push(line.path);
      else if (found.modifiedMs !== times[index]) {
        const sha256 = await hashUnlessGone(rooted.read(root, line.file));
        if (sha256 === null) missing.push(line.path);
        else if (sha256 !== line.sha256) changed.push(line.path);
      }
    });
    if (missing.length > 0 || changed.length > 0) {
      throw datasetChanged(version.version, missing.sort(), changed.sort());
    }
  }
}

function groupByClass(lines: readonly ManifestLine[], classes: readonly ClassCount[]) {
  const byClass = new Map<string, ManifestLine[]>();
  for (const line of lines)
    for (const name of classesOf(line, classes)) {
      const same = byClass.get(name);
      if (same) same.push(line);
      else byClass.set(name, [line]);
    }
  return byClass;
}

const namedFiles = 5;

/** Files of a version that are not what they were when it was imported. */
export function datasetChanged(
  version: number,
  missing: readonly string[],
  changed: readonly string[],
): TrainyardError {
  const named = (files: readonly string[]) => ({ count: files.length, names: listed(files, namedFiles) });
  const gone = phrase(
    '{count} {count|file|files} missing ({names})',
    '없어진 파일 {count}개({names})',
    named(missing),
  );
  const other = phrase(
    '{count} {count|file|files} changed ({names})',
    '바뀐 파일 {count}개({names})',
    named(changed),
  );
  const differences =
    changed.length === 0
      ? gone
      : missing.length === 0
        ? other
        : phrase('{gone} and {other}', '{gone}, {other}', { gone, other });
  const file = missing[0] ?? changed[0] ?? '';
  return fault('DATASET_CHANGED', { version, differences }, { place: { file } });
}
