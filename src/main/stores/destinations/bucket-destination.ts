import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { fault } from '../../../shared/errors/catalogue.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { isSnapshotId, manifestName, parseManifest } from '../snapshots/manifest.ts';
import {
  type BucketPlace,
  keyOf,
  persistently,
  readText,
  sizesBelow,
  snapshotsInBucket,
} from './bucket-place.ts';
import type { CopyOptions, Destination, DestinationFacts, SnapshotIds } from './destination.ts';
import { contentsOf, indexOf } from './files-of.ts';
import { isClaimed, markerName, markerText, requireOwner } from './marker.ts';
import { bucketSource } from './sources.ts';
import { uploadSnapshot } from './upload.ts';

/** What S3 takes in one request. */
const mostAtOnce = 1000;

/** Others may come to write to the same bucket: nothing else than what copies have there is removed. */
const contentName = /^objects\/[0-9a-f]{2}\/[0-9a-f]{64}(\.age)?$/;

const isOfCopies = (name: string) => name === 'objects' || isSnapshotId(name);

const keyOfMarker = ({ prefix }: Pick<BucketPlace, 'prefix'>) => `${prefix}${markerName}`;

/** Whether a place is a destination, whoever's. @throws TrainyardError SNAPSHOT_BUCKET_MISSING, S3_… */
export const hasMarker = async (place: BucketPlace): Promise<boolean> =>
  (await readText(place, keyOfMarker(place))) !== null;

/** A place in a bucket, whose snapshots share the contents of their objects. */
export class BucketDestination implements Destination {
  private readonly place: BucketPlace;
  private readonly scratch: string;

  /** @param scratch a folder for what is thrown away */
  constructor(place: BucketPlace, scratch: string) {
    this.place = place;
    this.scratch = scratch;
  }

  async claim(owner: string, takesOver: boolean): Promise<void> {
    const key = keyOfMarker(this.place);
    const keys = [...(await sizesBelow(this.place, '')).keys()];
    const tops = keys.map((one) => one.slice(this.place.prefix.length).split('/')[0] ?? '');
    const found = { place: this.named(), marker: await readText(this.place, key), names: tops, isOfCopies };
    if (isClaimed({ ...found, owner, takesOver })) return;
    failpoint('destination.claim.before');
    await this.put(key, markerText(owner));
    failpoint('destination.claim.after');
  }

  async check(owner: string): Promise<DestinationFacts> {
    const marker = await readText(this.place, keyOfMarker(this.place));
    requireOwner({ place: this.named(), marker }, owner);
    const probe = `${this.place.prefix}.trainyard-test-${randomUUID()}`;
    await this.put(probe, owner);
    await readText(this.place, probe);
    await this.removeKeys([probe]);
    return { resolved: null, isSameDisk: false, freeBytes: null };
  }

  async copy(folder: string, { onCopied, signal }: CopyOptions): Promise<void> {
    await uploadSnapshot(folder, { ...this.place, signal }, onCopied);
  }

  list(): Promise<SnapshotIds> {
    return snapshotsInBucket(this.place);
  }

  /**
   * Their manifests go first: then they are no snapshots any more, and what no manifest names is removed now, or by the next call where
   * this one is killed.
   */
  async remove(ids: SnapshotIds, awaited: SnapshotIds): Promise<void> {
    const gone = ids.filter(isSnapshotId);
    failpoint('destination.remove.before');
    await this.removeKeys(gone.map((id) => keyOf(this.place, id, manifestName)));
    failpoint('destination.remove.after');
    const { prefix } = this.place;
    const left = await this.list();
    const keys = [...(await sizesBelow(this.place, '')).keys()];
    const names = keys.map((key) => key.slice(prefix.length));
    const isOver = (id: string) => isSnapshotId(id) && !left.includes(id) && !awaited.includes(id);
    await this.removeKeys(
      names.filter((name) => isOver(name.split('/')[0] ?? '')).map((name) => `${prefix}${name}`),
    );
    // Contents of a copy that is still to come are there before its manifest names them.
    if (awaited.length > 0) return;
    const named = await this.contentsOfAll(left);
    const loose = names.filter((name) => contentName.test(name) && !named.has(name));
    await this.removeKeys(loose.map((name) => `${prefix}${name}`));
    await this.abortUploads();
  }

  [Symbol.dispose](): void {
    this.place.connection[Symbol.dispose]();
  }

  private named(): string {
    return `s3://${this.place.bucket}/${this.place.prefix}`;
  }

  private async put(key: string, text: string): Promise<void> {
    const { connection, bucket, signal } = this.place;
    const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: text });
    await persistently(this.place, () => connection.client.send(command, { abortSignal: signal }));
  }

  private async removeKeys(keys: readonly string[]): Promise<void> {
    const { connection, bucket, signal } = this.place;
    const ending = { abortSignal: signal };
    for (let from = 0; from < keys.length; from += mostAtOnce) {
      const some = keys.slice(from, from + mostAtOnce);
      const [only] = some;
      // Not every server knows the removal of many.
      if (some.length === 1 && only !== undefined) {
        const command = new DeleteObjectCommand({ Bucket: bucket, Key: only });
        await persistently(this.place, () => connection.client.send(command, ending));
        continue;
      }
      const command = new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: some.map((Key) => ({ Key })), Quiet: true },
      });
      const { Errors: [refused] = [] } = await persistently(this.place, () =>
        connection.client.send(command, ending),
      );
      if (refused)
        throw fault('DESTINATION_NOT_REMOVED', {
          file: refused.Key ?? '',
          answer: refused.Code ?? refused.Message ?? '',
        });
    }
  }

  /** The contents that the snapshots there name: of each, its manifest and the index in it are read. */
  private async contentsOfAll(ids: SnapshotIds): Promise<ReadonlySet<string>> {
    const named = new Set<string>();
    await mkdir(this.scratch, { recursive: true, mode: 0o700 });
    for (const id of ids) {
      const folder = await mkdtemp(path.join(this.scratch, 'index-'));
      try {
        const manifest = parseManifest(
          (await readText(this.place, keyOf(this.place, id, manifestName))) ?? '',
        );
        const file = path.join(folder, ...indexOf(manifest).split('/'));
        await mkdir(path.dirname(file), { recursive: true });
        await bucketSource(this.place, id).fetch(indexOf(manifest), file);
        for (const name of await contentsOf(folder, manifest)) named.add(name);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
    return named;
  }

  /** Parts of files that were cut off take room that no listing shows. */
  private async abortUploads(): Promise<void> {
    const { connection, bucket, prefix, signal } = this.place;
    const ending = { abortSignal: signal };
    const listing = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix });
    const { Uploads = [] } = await persistently(this.place, () => connection.client.send(listing, ending));
    for (const { Key = '', UploadId } of Uploads) {
      const name = Key.slice(prefix.length);
      if (!contentName.test(name) && !isSnapshotId(name.split('/')[0] ?? '')) continue;
      const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId });
      await persistently(this.place, () => connection.client.send(command, ending));
    }
  }
}
