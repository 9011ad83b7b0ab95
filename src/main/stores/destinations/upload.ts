import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { forEachConcurrently } from '../../../shared/model/concurrently.ts';
import { nullOn } from '../../platform/error-code.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { uploadResumably } from '../objects/s3/resumable-upload.ts';
import { type Manifest, manifestName } from '../snapshots/manifest.ts';
import { readManifest } from '../snapshots/snapshot-folder.ts';
import { verifySnapshot } from '../snapshots/verify-snapshot.ts';
import { type BucketPlace, keyOf, persistently, sizesBelow } from './bucket-place.ts';
import type { CopyProgress } from './destination.ts';
import { contentsOf, isContent } from './files-of.ts';

const filesAtOnce = 4;

/**
 * Copies a snapshot into a bucket. What is there already, of this snapshot or another, is not sent again, so that an upload that was cut
 * off or killed goes on; all that is to be sent is read and found whole before. The manifest comes last: without it nothing counts as a
 * snapshot.
 * @throws TrainyardError SNAPSHOT_…, S3_…
 */
export async function uploadSnapshot(
  folder: string,
  place: BucketPlace,
  onCopied: (progress: CopyProgress) => void,
): Promise<Manifest> {
  const { connection, bucket, signal } = place;
  const manifest = await readManifest(folder);
  const { id } = manifest;
  const [own, contents] = await Promise.all([sizesBelow(place, `${id}/`), sizesBelow(place, 'objects/')]);
  const names = [...manifest.files.map((file) => file.path), ...(await contentsOf(folder, manifest))];
  const there = new Set<string>();
  await forEachConcurrently(names, filesAtOnce, async (name) => {
    const size = (isContent(name) ? contents : own).get(keyOf(place, id, name));
    // One that is missing here is for the verification to say.
    const found = size === undefined ? null : await stat(path.join(folder, name)).catch(nullOn('ENOENT'));
    if (found !== null && found.size === size) there.add(name);
  });
  const [problem] = await verifySnapshot(folder, () => signal.throwIfAborted(), there);
  if (problem) throw problem;
  let done = there.size;
  const missing = names.filter((name) => !there.has(name));
  await forEachConcurrently(missing, filesAtOnce, async (name) => {
    await using file = await open(path.join(folder, name));
    const { size } = await file.stat();
    const target = { bucket, key: keyOf(place, id, name) };
    await persistently(place, (onMore) =>
      uploadResumably(connection, target, file, size, { onPart: onMore, signal }),
    );
    done += 1;
    onCopied({ done, files: names.length });
  });
  failpoint('snapshot-upload.manifest.before');
  const target = { Bucket: bucket, Key: keyOf(place, id, manifestName) };
  const Body = `${JSON.stringify(manifest, null, 1)}\n`;
  await persistently(place, () =>
    connection.client.send(new PutObjectCommand({ ...target, Body }), { abortSignal: signal }),
  );
  failpoint('snapshot-upload.manifest.after');
  return manifest;
}
