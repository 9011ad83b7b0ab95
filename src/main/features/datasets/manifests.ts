import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import type { DatasetVersionRecord } from './dataset-rows.ts';
import type { ImageReader } from './images.ts';
import { type ManifestLine, manifestKey, parseManifest, timesKey, whiteOf } from './manifest.ts';
import type { RootedFiles } from './source.ts';
import { UprightSizes } from './upright-sizes.ts';
import { WeightedCache } from './weighted-cache.ts';

/** A version's manifest with the ways that it is looked into. */
export interface LoadedManifest {
  /** Sorted by path. */
  readonly lines: readonly ManifestLine[];
  readonly byClass: ReadonlyMap<string, readonly ManifestLine[]>;
  readonly bySha256: ReadonlyMap<string, ManifestLine>;
  /** The value of white of its 16-bit images; null where it has none. */
  readonly white: number | null;
}

/** About 400 MB when full. */
const mostLines = 1_000_000;

/** Manifests of versions: read once, and kept as long as there is room, for a version never changes. */
export class Manifests {
  private readonly store: ObjectStore;
  private readonly cache = new WeightedCache<LoadedManifest>(mostLines, ({ lines }) => lines.length);
  private readonly sizes: UprightSizes;

  constructor(
    store: ObjectStore,
    files: Pick<RootedFiles, 'read'>,
    reader: Pick<ImageReader, 'uprightSize'>,
  ) {
    this.store = store;
    this.sizes = new UprightSizes(store, files, reader);
  }

  /** @throws TrainyardError MANIFEST_DAMAGED, OBJECT_NOT_FOUND */
  load(datasetId: string, version: DatasetVersionRecord): Promise<LoadedManifest> {
    const key = manifestKey(datasetId, version.version);
    return this.cache.get(key, async () => {
      const stored = await parseManifest(await this.store.get('datasets', key), version.manifestSha256);
      const lines = await this.sizes.apply(datasetId, version, stored);
      const byClass = new Map<string, ManifestLine[]>();
      for (const line of lines) {
        const same = byClass.get(line.class);
        if (same) same.push(line);
        else byClass.set(line.class, [line]);
      }
      const bySha256 = new Map(lines.map((line) => [line.sha256, line]));
      return { lines, byClass, bySha256, white: whiteOf(lines.map(({ maxValue }) => maxValue)) };
    });
  }

  /** As {@link UprightSizes.count}. */
  correctedSizes(datasetId: string, version: number): Promise<number | null> {
    return this.sizes.count(datasetId, version);
  }

  /** When each file of the manifest was changed, in its order, where that was kept: a version by copy has no such times. */
  async times(datasetId: string, version: DatasetVersionRecord): Promise<readonly (number | null)[] | null> {
    if (version.mode === 'copy') return null;
    const kept = await buffer(await this.store.get('datasets', timesKey(datasetId, version.version)));
    return JSON.parse(kept.toString());
  }
}
