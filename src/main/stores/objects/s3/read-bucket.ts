import { unescape as decodeKey } from 'node:querystring';
import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '../ports.ts';
import type { S3Connection } from './client.ts';
import type { OpenedPart } from './resumable-read.ts';

type Client = Pick<S3Connection, 'client'>;

/** What is listed: a bucket by its name on the server, and how the keys begin. */
export interface Listing {
  readonly bucket: string;
  readonly prefix: string;
}

/** Some objects in the order of their keys, and what to ask for the next ones; null behind the last. */
export interface ListedPage {
  readonly objects: readonly ObjectInfo[];
  readonly next: string | null;
}

/**
 * A page of the objects of a bucket, the first or the one behind another.
 * @throws what the client throws
 */
export async function listPage(
  { client }: Client,
  { bucket, prefix }: Listing,
  {
    after = null,
    most,
    signal,
  }: {
    readonly after?: string | null;
    readonly most?: number;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<ListedPage> {
  const page = await client.send(
    new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      // XML cannot hold every character of a key.
      EncodingType: 'url',
      ...(after === null ? {} : { ContinuationToken: after }),
      ...(most === undefined ? {} : { MaxKeys: most }),
    }),
    signal ? { abortSignal: signal } : {},
  );
  const objects = (page.Contents ?? []).map(
    ({ Key: key = '', Size: size = 0, LastModified: modifiedAt = new Date(0) }) => ({
      key: page.EncodingType === 'url' ? decodeKey(key.replaceAll('+', ' ')) : key,
      size,
      modifiedAt,
    }),
  );
  return { objects, next: (page.IsTruncated && page.NextContinuationToken) || null };
}

/** An object or a range of it, opened. `total` is the whole object's size. @param etag it must still be this one; null: any */
export async function openObject(
  { client }: Client,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  range: { readonly start: number; readonly end: number } | undefined,
  etag: string | null,
): Promise<OpenedPart & { readonly total: number }> {
  const answer = await client.send(
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}),
      ...(etag === null ? {} : { IfMatch: etag }),
    }),
  );
  const { Body: body, ContentLength: length = 0, ETag: tag = null, ContentRange: part = '' } = answer;
  if (!(body instanceof Readable)) throw new Error('the S3 client answered without a stream');
  return { body, length, etag: tag, total: Number(/\/(\d+)$/.exec(part)?.[1] ?? length) };
}
