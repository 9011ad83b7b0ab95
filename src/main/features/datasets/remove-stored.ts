import { createInterface } from 'node:readline';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import type { ObjectStore } from '../../stores/objects/ports.ts';
import { annotationsKey, blobKey, manifestKey, sizesKey, timesKey } from './manifest.ts';
import type { StoredObjects } from './withdrawal-rows.ts';

const removersAtOnce = 16;
/** Folders of datasets begin with these, and `blobs/` with none of them: a listing by each passes over all blobs. */
const idBeginnings = [...'0123456789acdef', ...[...'0123456789abcdef'].map((digit) => `b${digit}`)];

/**
 * Removes what a cancelled import stored, but for the blobs that any manifest names or another import needs; safe to repeat.
 * The manifests of the store are asked and not the rows: another database may use the same store.
 */
export async function removeStored(
  store: ObjectStore,
  datasetId: string,
  { version, hashes, needed }: StoredObjects,
): Promise<void> {
  if (version !== null)
    for (const keyOf of [manifestKey, timesKey, sizesKey, annotationsKey])
      await store.remove('datasets', keyOf(datasetId, version));
  const left = new Set(hashes);
  for (const hash of needed) left.delete(hash);
  if (left.size === 0) return;
  for await (const hash of namedByManifests(store)) left.delete(hash);
  await forEachConcurrently(left, removersAtOnce, (hash) => store.remove('datasets', blobKey(hash)));
}

/** Every blob that a manifest names, also one whose lines are damaged. */
async function* namedByManifests(store: ObjectStore): AsyncGenerator<string> {
  for (const beginning of idBeginnings) {
    for await (const { key } of store.list('datasets', beginning)) {
      if (!key.endsWith('/manifest.jsonl')) continue;
      const input = await store.get('datasets', key);
      for await (const line of createInterface({ input })) {
        const hash = /"blobs\/[0-9a-f]{2}\/([0-9a-f]{64})"/.exec(line)?.[1];
        if (hash !== undefined) yield hash;
      }
    }
  }
}
