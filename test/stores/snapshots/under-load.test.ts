import { randomBytes } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { readSurroundings } from '../../../src/main/features/backups/surroundings.ts';
import { withClient } from '../../../src/main/postgres/pool.ts';
import type { Bucket } from '../../../src/main/stores/objects/ports.ts';
import { removeSnapshots } from '../../../src/main/stores/snapshots/snapshot-folder.ts';
import { addDataset, addMetric, addProject, addWorkflow } from '../../postgres/schema/rows.ts';
import { sampleDocument } from '../documents/examples.ts';
import { connected } from '../filled-database.ts';
import { fillStores, type OwnStores, openOwnStores, restoreInto, snapshotOf } from './support.ts';

/** `npm run test:torture` asks for more. */
const snapshots = Number(process.env.TRAINYARD_SNAPSHOTS_UNDER_LOAD ?? 2);
/** Versions of datasets between two removals: where they come with every attempt, no snapshot is made (SNAPSHOT_INCOMPLETE). */
const additionsForRemoval = 1000;

/** Writes into every store as the services do, objects before the rows that name them, and removes rows before objects. */
async function load({ stores, url }: OwnStores, signal: AbortSignal, onWritten: (times: number) => void) {
  let written = 0;
  const versions: string[] = [];
  await connected(url, async (client) => {
    const workflow = await addWorkflow(client, await addProject(client));
    while (!signal.aborted) {
      const dataset = await addDataset(client);
      await stores.objects.put('datasets', `${dataset}/1/manifest.jsonl`, randomBytes(1 + (written % 9000)));
      await client.query(
        "INSERT INTO dataset_versions (dataset_id, version, manifest_sha256, mode, image_count, size_bytes) VALUES ($1, 1, '', 'copy', 0, 0)",
        [dataset],
      );
      versions.push(dataset);
      const key = `${workflow}/1/model-${written}.bin`;
      await stores.objects.put('artifacts', key, randomBytes(1 + (written % 50_000)));
      await client.query(
        "INSERT INTO run_artifacts (workflow_id, attempt, kind, name, path, object_key) VALUES ($1, 1, 'model', 'm', $2, $2)",
        [workflow, key],
      );
      await addMetric(client, workflow, '2026-02-01');
      await stores.documents.insert('audit_logs', sampleDocument('audit_logs'));
      await stores.cache.set(`session:${written}`, { written }, 60_000);
      written += 1;
      onWritten(written);
      if (written % additionsForRemoval !== 0) continue;
      const old = versions.shift();
      await client.query('DELETE FROM datasets WHERE id = $1', [old]);
      await stores.objects.remove('datasets', `${old}/1/manifest.jsonl`);
    }
  });
}

test('snapshots that are made while every store is written to restore to sets in which each reference resolves', async () => {
  await using source = await openOwnStores();
  await fillStores(source);
  const done = new AbortController();
  let written = 0;
  const loading = load(source, done.signal, (times) => {
    written = times;
  });
  // It is awaited at the end.
  loading.catch(() => undefined);
  try {
    await vi.waitUntil(() => written > 20, { timeout: 60_000 });
    let before = 0;
    for (let made = 0; made < snapshots; made += 1) {
      const { folder, manifest } = await snapshotOf(source);
      expect(manifest.notKept.lost).toEqual([]);
      await using target = await openOwnStores();
      await restoreInto(target, folder);
      const { references } = await withClient({ url: target.url }, readSurroundings);
      expect(references.length).toBeGreaterThan(before);
      before = references.length;
      for (const reference of references) {
        const [bucket = '', ...key] = reference.split('/');
        expect(await target.stores.objects.head(bucket as Bucket, key.join('/')), reference).not.toBeNull();
      }
      // The one before: its contents are linked to.
      if (made % 2 === 1) await removeSnapshots(source.snapshots, [manifest.id]);
    }
  } finally {
    done.abort();
    await loading;
  }
}, 3_600_000);
