import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { fault } from '../../../../shared/errors/catalogue.ts';
import { connectS3, type S3Connection } from './client.ts';
import { isNotImplemented, s3Code, s3Status } from './errors.ts';

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
 * @returns what was fixed, as a sentence; null where nothing was to fix
 * @throws TrainyardError S3_BUCKET_PUBLIC where strangers get in all the same
 */
export async function closeToStrangers(connection: S3Connection, name: string): Promise<string | null> {
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
  return isFixed ? `The bucket "${name}" was open to everybody, and is private now` : null;
}

/** Answers whether the policy allowed something to everybody. */
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
