import { buffer } from 'node:stream/consumers';
import type { DatasetVersionRecord } from './dataset-rows.ts';
import { type ManifestLine, manifestKey, parseManifest, timesKey, whiteOf } from './manifest.ts';
import { type ImageBytes, turnedLines, withUprightSizes } from './upright-sizes.ts';
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
  private readonly from: ImageBytes;
  private readonly cache = new WeightedCache<LoadedManifest>(mostLines, ({ lines }) => lines.length);

  constructor(from: ImageBytes) {
    this.from = from;
  }

  /** @throws TrainyardError MANIFEST_DAMAGED, OBJECT_NOT_FOUND */
  load(datasetId: string, version: DatasetVersionRecord): Promise<LoadedManifest> {
    const key = manifestKey(datasetId, version.version);
    return this.cache.get(key, async () => {
      const stored = await parseManifest(await this.from.store.get('datasets', key), version.manifestSha256);
      const lines = await withUprightSizes(this.from, datasetId, version, stored);
      const byClass = Map.groupBy(lines, (line) => line.class);
      const bySha256 = new Map(lines.map((line) => [line.sha256, line]));
      return { lines, byClass, bySha256, white: whiteOf(lines.map(({ maxValue }) => maxValue)) };
    });
  }

  /** How many images have another size than the manifest says; null for an older version that nobody has used since. */
  async correctedSizes(datasetId: string, version: number): Promise<number | null> {
    return (await turnedLines(this.from.store, datasetId, version))?.length ?? null;
  }

  /** When each file of the manifest was changed, in its order, where that was kept: a version by copy has no such times. */
  async times(datasetId: string, version: DatasetVersionRecord): Promise<readonly (number | null)[] | null> {
    if (version.mode === 'copy') return null;
    const kept = await buffer(await this.from.store.get('datasets', timesKey(datasetId, version.version)));
    return JSON.parse(kept.toString());
  }
}
