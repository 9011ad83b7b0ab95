import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { type Bilingual, phrase } from '../../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import type { S3Endpoint } from '../../../platform/endpoints.ts';
import { type Bucket, buckets, inboxBucket, uploadLivesMs } from '../ports.ts';
import { connectS3, type S3Connection } from './client.ts';
import { asS3Error, isNotImplemented, s3Code, s3Status } from './errors.ts';

/** What was done to a server's buckets. */
export interface EnsuredBuckets {
  /** Names of buckets that were not there. */
  readonly made: string[];
  /** What was put right, each as a noun and what became of it. */
  readonly fixed: Bilingual[];
  /** What the server has no call for, each as a noun. */
  readonly unchecked: Bilingual[];
}

/**
 * Makes the buckets that are missing and fixes those that are there: no versions are kept of what is replaced or removed, nobody
 * reads without credentials, and uploads that nobody ended (for a day) are gone. Of the inbox it is only made, and closed to strangers:
 * what lies there is people's. Safe to repeat, by several at once too.
 * @throws TrainyardError S3_UNREACHABLE, S3_UNTRUSTED, S3_REFUSED_CREDENTIALS, S3_FORBIDDEN, S3_BUCKET_TAKEN, S3_BUCKET_PUBLIC, …
 */
export async function ensureS3Buckets(endpoint: S3Endpoint): Promise<EnsuredBuckets> {
  using connection = connectS3(endpoint);
  const ensured = await ensureOn(connection);
  const name = `${endpoint.bucketPrefix}${inboxBucket}`;
  try {
    if (await makeBucket(connection, name)) ensured.made.push(name);
    await runStep(ensured, phrase('public access to "{name}"', '"{name}" 버킷의 공개 여부', { name }), () =>
      closeToStrangers(connection, name),
    );
  } catch (error) {
    throw asS3Error(error, connection, name);
  }
  return ensured;
}

/** As {@link ensureS3Buckets}, on a connection that is there. @param uploadsBefore uploads begun before this are removed */
export async function ensureOn(
  connection: S3Connection,
  uploadsBefore = new Date(Date.now() - uploadLivesMs),
): Promise<EnsuredBuckets> {
  const ensured: EnsuredBuckets = { made: [], fixed: [], unchecked: [] };
  await forEachConcurrently(buckets, buckets.length, async (bucket) => {
    try {
      await ensureOne(connection, bucket, uploadsBefore, ensured);
    } catch (error) {
      throw asS3Error(error, connection, connection.nameOf(bucket));
    }
  });
  return ensured;
}

async function ensureOne(
  connection: S3Connection,
  bucket: Bucket,
  uploadsBefore: Date,
  ensured: EnsuredBuckets,
): Promise<void> {
  const name = connection.nameOf(bucket);
  if (await makeBucket(connection, name)) ensured.made.push(name);
  const bucketName = { name };
  await runStep(ensured, phrase('versioning of "{name}"', '"{name}" 버킷의 버전 관리', bucketName), () =>
    suspendVersions(connection, name),
  );
  await runStep(ensured, phrase('public access to "{name}"', '"{name}" 버킷의 공개 여부', bucketName), () =>
    closeToStrangers(connection, name),
  );
  await runStep(
    ensured,
    phrase('unfinished uploads to "{name}"', '"{name}" 버킷의 끝나지 않은 업로드', bucketName),
    () => removeOldUploads(connection, name, uploadsBefore),
  );
}

/** Runs a step; one for which the server has no call is noted instead. */
async function runStep(
  ensured: EnsuredBuckets,
  what: Bilingual,
  step: () => Promise<Bilingual | null>,
): Promise<void> {
  try {
    const fixed = await step();
    if (fixed !== null) ensured.fixed.push(fixed);
  } catch (error) {
    if (!isNotImplemented(error)) throw error;
    ensured.unchecked.push(what);
  }
}

/** Returns whether it was not there. */
async function makeBucket(connection: S3Connection, name: string): Promise<boolean> {
  const { client } = connection;
  const where = { Bucket: name };
  try {
    await client.send(new HeadBucketCommand(where));
    return false;
  } catch (error) {
    // An answer without a body says nothing: this one names what is wrong with the credentials, or with the bucket's owner.
    if (s3Status(error) === 403) await askForReason(connection, name);
    if (s3Status(error) !== 404) throw error;
  }
  try {
    await client.send(new CreateBucketCommand(where));
    return true;
  } catch (error) {
    const code = s3Code(error);
    if (code === 'BucketAlreadyExists') throw taken(connection, name, error);
    // Another engine was quicker, or is just making it.
    if (code !== 'BucketAlreadyOwnedByYou' && code !== 'OperationAborted') throw error;
    await client.send(new HeadBucketCommand(where));
    return false;
  }
}

async function askForReason(connection: S3Connection, name: string): Promise<never> {
  try {
    await connection.client.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 }));
  } catch (error) {
    const failure = asS3Error(error, connection, name);
    const isOwners = failure instanceof TrainyardError && failure.code === 'S3_FORBIDDEN';
    throw isOwners ? taken(connection, name, error) : failure;
  }
  throw taken(connection, name, null);
}

function taken({ place }: S3Connection, name: string, cause: unknown): TrainyardError {
  return fault('S3_BUCKET_TAKEN', { bucket: name, place }, { cause });
}

async function suspendVersions({ client }: S3Connection, name: string): Promise<Bilingual | null> {
  const { Status: status } = await client.send(new GetBucketVersioningCommand({ Bucket: name }));
  if (status !== 'Enabled') return null;
  await client.send(
    new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Suspended' } }),
  );
  return phrase('versioning of "{name}" (suspended)', '"{name}" 버킷의 버전 관리(중단함)', { name });
}

async function removeOldUploads(
  { client }: S3Connection,
  name: string,
  before: Date,
): Promise<Bilingual | null> {
  let removed = 0;
  for (let marker = {}; ; ) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket: name, ...marker }));
    for (const { Key: key, UploadId: id, Initiated: begun } of page.Uploads ?? []) {
      if (key === undefined || id === undefined || begun === undefined || begun >= before) continue;
      try {
        await client.send(new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: id }));
        removed += 1;
      } catch (error) {
        // It was ended meanwhile.
        if (s3Code(error) !== 'NoSuchUpload') throw error;
      }
    }
    if (!page.IsTruncated || !page.NextKeyMarker) break;
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
  if (removed === 0) return null;
  return phrase(
    '{count} unfinished {count|upload|uploads} to "{name}" (removed)',
    '"{name}" 버킷의 끝나지 않은 업로드 {count}개(지움)',
    { count: removed, name },
  );
}

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const statementSchema = z.looseObject({
  Effect: z.string(),
  Principal: z.union([z.string(), z.record(z.string(), oneOrMore)]).optional(),
  NotPrincipal: z.unknown().optional(),
  Condition: z.unknown().optional(),
});
const policySchema = z.looseObject({
  Statement: z.union([z.array(statementSchema), statementSchema.transform((one) => [one])]),
});

/** Whether a statement of a policy allows something to everybody. */
function isPublic({ Effect, Principal, NotPrincipal, Condition }: z.infer<typeof statementSchema>): boolean {
  if (Effect !== 'Allow' || Condition !== undefined) return false;
  if (NotPrincipal !== undefined) return true;
  const named = typeof Principal === 'object' ? Object.values(Principal).flat() : [Principal];
  return named.includes('*');
}

/**
 * Sees to it that nobody reads a bucket without credentials, and proves it by requests without any. What a policy allows to everybody
 * is taken out of it; where strangers still get in, the whole policy goes, and the bucket's access list is made private.
 * @returns what was fixed; null if nothing was to fix
 * @throws TrainyardError S3_BUCKET_PUBLIC if strangers get in all the same
 */
async function closeToStrangers(connection: S3Connection, name: string): Promise<Bilingual | null> {
  const { client, place } = connection;
  const where = { Bucket: name };
  let isFixed = await closePolicy(connection, name);
  const ways = [
    () => client.send(new DeleteBucketPolicyCommand(where)),
    () => client.send(new PutBucketAclCommand({ ...where, ACL: 'private' })),
  ];
  for (const close of ways) {
    if (!(await isOpen(connection, name))) break;
    try {
      await close();
      isFixed = true;
    } catch (error) {
      // What the server has no call for did not open the bucket either.
      if (!isNotImplemented(error) && s3Code(error) !== 'AccessControlListNotSupported') throw error;
    }
  }
  if (await isOpen(connection, name)) throw fault('S3_BUCKET_PUBLIC', { bucket: name, place });
  if (!isFixed) return null;
  return phrase(
    'public access to "{name}" (was open to everybody, is private now)',
    '"{name}" 버킷의 접근 권한(누구나 읽을 수 있던 것을 비공개로 바꿈)',
    { name },
  );
}

/** Returns whether the policy allowed something to everybody. */
async function closePolicy({ client }: S3Connection, name: string): Promise<boolean> {
  const where = { Bucket: name };
  let text: string | undefined;
  try {
    ({ Policy: text } = await client.send(new GetBucketPolicyCommand(where)));
  } catch (error) {
    // The requests without credentials prove it where the policy can't be read.
    if (s3Code(error) === 'NoSuchBucketPolicy' || isNotImplemented(error)) return false;
    throw error;
  }
  if (text === undefined || text === '') return false;
  const policy = policySchema.parse(JSON.parse(text));
  const kept = policy.Statement.filter((statement) => !isPublic(statement));
  if (kept.length === policy.Statement.length) return false;
  if (kept.length === 0) await client.send(new DeleteBucketPolicyCommand(where));
  else {
    const Policy = JSON.stringify({ ...policy, Statement: kept });
    await client.send(new PutBucketPolicyCommand({ ...where, Policy }));
  }
  return true;
}

/** Whether a request without credentials lists the bucket or gets an object of it. */
async function isOpen({ client, endpoint }: S3Connection, name: string): Promise<boolean> {
  using stranger = connectS3(endpoint, { anonymous: true });
  const where = { Bucket: name };
  const { Contents: some } = await client.send(new ListObjectsV2Command({ ...where, MaxKeys: 1 }));
  // Where there is none, a server that would give it says that it is not there, and another that it is forbidden.
  const Key = some?.[0]?.Key ?? 'trainyard-is-not-there';
  const answers = [
    await answerTo(stranger.client.send(new ListObjectsV2Command({ ...where, MaxKeys: 1 }))),
    await answerTo(stranger.client.send(new GetObjectCommand({ ...where, Key, Range: 'bytes=0-0' }))),
  ];
  return answers.some((answer) => answer === 'given' || answer === 'NoSuchKey' || answer === 'InvalidRange');
}

/** `given`, or S3's word for why not. */
async function answerTo(asked: Promise<object>): Promise<string> {
  try {
    const answer = await asked;
    if ('Body' in answer && typeof answer.Body === 'object' && answer.Body && 'destroy' in answer.Body) {
      if (typeof answer.Body.destroy === 'function') answer.Body.destroy();
    }
    return 'given';
  } catch (error) {
    const status = s3Status(error);
    if (status === null || status >= 500) throw error;
    return s3Code(error);
  }
}
