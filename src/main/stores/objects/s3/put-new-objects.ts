import { PutObjectCommand } from '@aws-sdk/client-s3';
import { forEachConcurrently } from '../../../../shared/model/concurrently.ts';
import { checkObjectKey } from '../keys.ts';
import type { Bucket } from '../ports.ts';
import type { S3Connection } from './client.ts';
import { isNotImplemented, s3Status } from './errors.ts';

const writers = 16;
const mostTries = 5;

/**
 * Stores the objects whose keys are not there yet. A put on the condition that nothing is there costs one request where the object is
 * new, as most are; where one was there, the next are looked for first, which saves sending their bytes. A server that does not know
 * the condition is asked before each put.
 * @throws what the client throws
 */
export async function putNewObjects(
  { client, nameOf }: S3Connection,
  bucket: Bucket,
  objects: AsyncIterable<{ readonly key: string; readonly body: Uint8Array }>,
  isThere: (key: string) => Promise<boolean>,
): Promise<{ stored: number; skipped: number }> {
  const taken = new Set<string>();
  let stored = 0;
  let asksFirst = false;
  let knowsCondition = true;

  /** Returns whether it was stored. */
  const putNew = async (key: string, body: Uint8Array): Promise<boolean> => {
    const params = { Bucket: nameOf(bucket), Key: key, Body: body };
    for (let tries = 1; ; tries += 1) {
      const isConditional = knowsCondition;
      if (asksFirst || !isConditional) {
        if (await isThere(key)) return false;
        asksFirst = false;
      }
      try {
        await client.send(
          new PutObjectCommand({ ...params, ...(isConditional ? { IfNoneMatch: '*' } : {}) }),
        );
        return true;
      } catch (error) {
        if (s3Status(error) === 412) {
          asksFirst = true;
          return false;
        }
        // 409: somebody else is just putting the same key.
        const isAgain = s3Status(error) === 409 && tries < mostTries;
        if (!isAgain && !(isConditional && isNotImplemented(error))) throw error;
        if (!isAgain) knowsCondition = false;
      }
    }
  };

  await forEachConcurrently(objects, writers, async ({ key, body }) => {
    checkObjectKey(key);
    if (taken.has(key)) return;
    taken.add(key);
    if (await putNew(key, body)) stored += 1;
  });
  return { stored, skipped: taken.size - stored };
}
