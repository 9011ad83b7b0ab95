// Copies one snapshot to a bucket, or removes one there, in a process of its own, which a test kills: `node bucket-worker.ts JSON`.

import { tmpdir } from 'node:os';
import { z } from 'zod';
import { BucketDestination } from '../../../src/main/stores/destinations/bucket-destination.ts';
import { uploadSnapshot } from '../../../src/main/stores/destinations/upload.ts';
import { connectS3 } from '../../../src/main/stores/objects/s3/client.ts';

const endpoint = z.object({
  ...{ endpoint: z.string(), region: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() },
  ...{ bucketPrefix: z.string(), tls: z.null() },
});
const named = z.object({ bucket: z.string(), prefix: z.string() });
const asked = z
  .union([
    z.object({ endpoint, place: named, upload: z.string() }),
    z.object({ endpoint, place: named, remove: z.string() }),
  ])
  .parse(JSON.parse(process.argv[2] ?? ''));
using connection = connectS3(asked.endpoint);
const place = { connection, ...asked.place, signal: new AbortController().signal, tries: 6 };
if ('upload' in asked) await uploadSnapshot(asked.upload, place, () => undefined);
else await new BucketDestination(place, tmpdir()).remove([asked.remove], []);
