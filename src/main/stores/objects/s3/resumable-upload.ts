import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { failpoint } from '../../../platform/failpoints.ts';
import type { S3Connection } from './client.ts';

/** Bytes of a part; of a file that would have too many of them more. */
const leastPart = 8 * 1024 * 1024;
const mostParts = 10_000;

/** Where a file goes. */
export interface UploadTarget {
  readonly bucket: string;
  readonly key: string;
}

export interface UploadOptions {
  /** Called for each part that was sent. */
  readonly onPart: () => void;
  /** Ends it; what was sent stays for the next attempt. */
  readonly signal: AbortSignal;
}

type Client = Pick<S3Connection, 'client'>;

/**
 * Puts a file into a bucket. A large one goes in parts: those that an earlier attempt left there, by their number, size and MD5, are not sent
 * again, whether it was cut off or killed.
 * @throws what the client throws
 */
export async function uploadResumably(
  connection: Client,
  target: UploadTarget,
  file: FileHandle,
  bytes: number,
  { onPart, signal }: UploadOptions,
): Promise<void> {
  const { client } = connection;
  const ending = { abortSignal: signal };
  const at = { Bucket: target.bucket, Key: target.key };
  failpoint('snapshot-upload.file.before');
  if (bytes <= leastPart) {
    await client.send(new PutObjectCommand({ ...at, Body: await readRange(file, 0, bytes) }), ending);
    failpoint('snapshot-upload.file.after');
    return;
  }
  const size = Math.max(leastPart, Math.ceil(bytes / mostParts));
  const id = (await findUpload(connection, target)) ?? (await beginUpload(connection, target));
  const there = await partsOf(connection, target, id);
  const parts = [];
  for (let number = 1; (number - 1) * size < bytes; number += 1) {
    const from = (number - 1) * size;
    const body = await readRange(file, from, Math.min(size, bytes - from));
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const kept = there.get(number);
    if (kept?.size === body.length && kept.etag === etag) {
      parts.push({ PartNumber: number, ETag: etag });
      continue;
    }
    const { ETag } = await client.send(
      new UploadPartCommand({ ...at, UploadId: id, PartNumber: number, Body: body }),
      ending,
    );
    failpoint('snapshot-upload.part.after');
    onPart();
    parts.push({ PartNumber: number, ETag });
  }
  await client.send(
    new CompleteMultipartUploadCommand({ ...at, UploadId: id, MultipartUpload: { Parts: parts } }),
  );
  failpoint('snapshot-upload.file.after');
}

async function readRange(file: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(buffer, at, bytes - at, from + at);
    if (bytesRead === 0) throw new Error('The file became shorter while it was read.');
    at += bytesRead;
  }
  return buffer;
}

async function beginUpload({ client }: Client, { bucket, key }: UploadTarget): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
  if (UploadId === undefined) throw new Error('The server began an upload without a name.');
  return UploadId;
}

/** The newest upload that is not at its end. */
async function findUpload({ client }: Client, { bucket, key }: UploadTarget): Promise<string | null> {
  const { Uploads = [] } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }),
  );
  const [newest] = Uploads.filter((one) => one.Key === key && one.UploadId !== undefined).sort(
    (left, right) => (right.Initiated?.getTime() ?? 0) - (left.Initiated?.getTime() ?? 0),
  );
  return newest?.UploadId ?? null;
}

async function partsOf({ client }: Client, { bucket, key }: UploadTarget, id: string) {
  const parts = new Map<number, { readonly size: number; readonly etag: string }>();
  for (let marker: string | undefined; ; ) {
    const page = await client.send(
      new ListPartsCommand({
        ...{ Bucket: bucket, Key: key, UploadId: id },
        ...(marker === undefined ? {} : { PartNumberMarker: marker }),
      }),
    );
    for (const { PartNumber: number, Size: size, ETag: etag } of page.Parts ?? [])
      if (number !== undefined) parts.set(number, { size: size ?? -1, etag: etag ?? '' });
    if (!page.IsTruncated || page.NextPartNumberMarker === undefined) return parts;
    marker = page.NextPartNumberMarker;
  }
}
